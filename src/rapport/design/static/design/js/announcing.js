// Says something to screen readers without moving anything.
export function announce(text) {
  const region = document.getElementById("live-region");
  if (!region) return;
  region.textContent = "";
  // An unchanged text is not read again, so it is emptied for a frame first.
  requestAnimationFrame(() => { region.textContent = text; });
}

window.addEventListener("rapport:announce", (event) => announce(event.detail.text));

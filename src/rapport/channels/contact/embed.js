/* Makes every frame with a form of ours as high as the page in it. Without this script the frame scrolls. */
(() => {
  const origin = new URL(document.currentScript.src).origin;
  addEventListener("message", (event) => {
    if (event.origin !== origin || event.data?.rapport !== "form") return;
    const height = Math.min(Math.max(Number(event.data.height) || 0, 120), 8000);
    for (const frame of document.querySelectorAll("iframe[data-rapport-form]")) {
      if (frame.contentWindow !== event.source) continue;
      frame.style.height = `${height}px`;
      if (event.data.moved) frame.scrollIntoView({ block: "nearest" });
    }
  });
})();

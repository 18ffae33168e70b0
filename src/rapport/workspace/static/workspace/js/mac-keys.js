// The keys as they are called on the keyboards of Apple's machines.
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

export function sayMacKeys(composer) {
  if (!isMac) return;
  const sends = composer.querySelector("[data-send-key]"), close = composer.querySelector("[data-close-key]");
  if (sends) sends.textContent = "⌘↵";
  if (close) close.textContent = "⌘⇧E";
}

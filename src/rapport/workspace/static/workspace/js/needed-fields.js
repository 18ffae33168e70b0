// A conversation that cannot be closed yet asks for what is missing: "rapport:needed" with the address of a dialog, from
// whichever request wanted to close it. Its form closes as the button does, or says in place what is wrong.
import { made, piece, settle, toast } from "./fetching.js";

async function open(url) {
  const html = await piece(url).catch(() => null);
  if (html === null) return;
  document.getElementById("needed-fields")?.remove();
  const dialog = made(html).querySelector("dialog");
  // Within the thread its form knows which row leaves the list.
  (document.querySelector("conversation-thread") ?? document.body).append(dialog);
  settle(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

document.addEventListener("rapport:needed", (event) => open(event.detail.url));

// A letter that was sent, but could not close its conversation.
document.addEventListener("composer:left", ({ detail }) => {
  const url = detail.headers.get("X-Needed-Fields");
  if (url) open(url);
}, true);

document.addEventListener("htmx:afterRequest", ({ target, detail: { successful, xhr } }) => {
  const dialog = target.closest?.("#needed-fields");
  if (!dialog) return;
  if (successful) return dialog.close();
  const error = dialog.querySelector("[data-error]");
  const plain = xhr?.getResponseHeader?.("Content-Type")?.startsWith("text/plain");
  error.textContent = (plain && xhr.responseText) || error.dataset.failed;
  error.hidden = false;
});

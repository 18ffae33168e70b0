// A message on its way to the server stands in the thread at once.
import { go } from "./changes.js";
import { made, settle } from "./fetching.js";

export function showPending(composer, said) {
  const pending = composer.querySelector("[data-pending]").content.firstElementChild.cloneNode(true);
  pending.querySelector(".text").textContent = said.text;
  if (said.mode === "note") pending.querySelector(".bubble").className = "note";
  composer.thread.items.append(pending);
  composer.thread.toBottom();
  return pending;
}

/** The server has it: its own block takes the place. */
export function showSent(composer, pending, html, then) {
  const message = made(html).querySelector(".message"), { thread } = composer;
  // The live stream may have been faster.
  if (document.getElementById(message.id)) pending.remove();
  else pending.replaceWith(settle(message));
  const inbox = composer.closest("live-inbox");
  thread.refresh();
  inbox?.list.refresh(thread.dataset.id, { own: then === "close" });
  inbox?.recount();
  if (then === "close") go(inbox?.list.rows.querySelector(`#row-${thread.dataset.id}`)?.nextElementSibling?.querySelector(".list-row"));
}

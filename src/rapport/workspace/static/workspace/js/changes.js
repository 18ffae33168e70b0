// Changing a conversation shows at once: the row leaves the list before the server has answered, and comes back
// when the change failed. The focus goes on to the next row.
import { made } from "./fetching.js";

const OPEN = /^(mine|unassigned|mentions|following|open|inbox:|channel:|tag:)/;
const CHANGE = /^\/conversations\/(\d+)\/(?!draft|messages)/;
const inbox = () => document.querySelector("live-inbox");

function rowOf(element) {
  const thread = element.closest("conversation-thread");
  return thread && inbox()?.list.rows.querySelector(`#row-${thread.dataset.id}`);
}

/** Where this agent wants to be when a conversation has left: with it, at the next one, or at the list. */
export function go(next) {
  const afterwards = inbox()?.dataset.afterwards;
  if (afterwards === "next" && next?.isConnected) next.click();
  else if (afterwards === "next" || afterwards === "list") document.querySelector("conversation-thread .back")?.click();
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.target.closest?.("[data-leaves]") && rowOf(event.target);
  if (!row || !OPEN.test(inbox().dataset.view)) return;
  const next = row.nextElementSibling?.querySelector(".list-row") ?? row.previousElementSibling?.querySelector(".list-row");
  row.hidden = true;
  event.detail.xhr.addEventListener("loadend", () => {
    if (event.detail.xhr.status >= 400 || !event.detail.xhr.status) row.hidden = false;
    else go(next);
  });
  next?.focus();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, requestConfig } = event.detail;
  const id = CHANGE.exec(requestConfig.path)?.[1];
  if (!id || requestConfig.verb === "get" || !inbox()) return;
  if (xhr.status < 400) changed();
  // What is unread again is left, or it would be read at once.
  const isUnread = requestConfig.verb === "delete" && requestConfig.path.endsWith("/seen") && xhr.status < 400;
  if (isUnread) document.querySelector("conversation-thread .back")?.click();
  inbox().list.refresh(id, { own: true });
  inbox().recount();
  inbox().thread?.refresh();
});

let undoUntil = 0;
const changed = () => { undoUntil = Date.now() + 10_000; };

/** Take the last change back, within ten seconds of it. */
export function undoLast() {
  if (Date.now() > undoUntil) return false;
  undoUntil = 0;
  return document.querySelector("toast-region")?.undo() ?? false;
}

// A conversation that could not be fetched says so where it would have been.
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const pane = document.getElementById("conversation");
    if (event.detail.target !== pane || !pane) return;
    const failed = made(document.getElementById("conversation-failed").innerHTML);
    failed.querySelector("a").href = event.detail.pathInfo?.requestPath ?? location.href;
    pane.replaceChildren(failed);
    pane.closest("live-inbox").dataset.pane = "thread";
  });
}

// Parts that arrive by themselves: a dialog's form is fetched when it is first opened.
document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-opens]");
  if (!opener || event.metaKey || event.ctrlKey) return;
  const dialog = document.getElementById(opener.dataset.opens), place = dialog?.querySelector("[data-src]");
  if (!place || !window.htmx) return;
  event.preventDefault();
  await window.htmx.ajax("GET", opener.href, { target: place, swap: "innerHTML" });
  dialog.showModal();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens-menu]");
  if (opener) setTimeout(() => document.getElementById(opener.dataset.opensMenu)?.showPopover(), 0);
});

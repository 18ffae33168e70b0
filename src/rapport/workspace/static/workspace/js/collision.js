// What somebody had before them as they began to write, and the question whether to send when others were faster.
import { made, settle } from "./fetching.js";

/** Of the conversation as it is on the screen now. */
export function sightOf(thread) {
  if (!thread) return null;
  return { after: Number(thread.dataset.lastMessage), closed: thread.querySelector("#thread-head")?.dataset.status === "closed" };
}

/** In a chat the customer's next line, read as it came, makes no answer stale; what a colleague wrote still does. */
export function sightAfter(sight, thread) {
  if (!sight || document.hidden || !thread.isAtBottom) return sight;
  const since = [...thread.items.querySelectorAll(".message[id]")].filter(({ id }) => Number(id.slice(8)) > sight.after);
  return since.every(({ dataset }) => dataset.direction === "in") ? { ...sightOf(thread), closed: sight.closed } : sight;
}

/** Shows what came meanwhile, made by the server; answers whether to send all the same, and what has been seen then. */
export function ask(html, text) {
  document.getElementById("moved-on")?.remove();
  const dialog = settle(made(html).querySelector("dialog"));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answered) => {
    let anyway = false;
    dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-copy]")) { navigator.clipboard?.writeText(text); event.target.closest("[data-copy]").disabled = true; }
      if (!event.target.closest("[data-anyway], [data-again]")) return;
      anyway = Boolean(event.target.closest("[data-anyway]"));
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      const { after, closed, action, goes } = dialog.dataset;
      answered({ anyway, action, goes, sight: after ? { after: Number(after), closed: closed === "1" } : null });
    });
  });
}

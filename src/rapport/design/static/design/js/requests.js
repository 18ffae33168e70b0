// What htmx could not do is said once, in words; whatever was on the page stays.
import { say } from "./words.js";

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (event.target.closest?.("[data-quiet]")) return;
    const answer = event.detail.xhr;
    // An answer that sets something off tells of itself.
    if (answer?.getResponseHeader?.("HX-Trigger")) return;
    const plain = answer?.getResponseHeader?.("Content-Type")?.startsWith("text/plain");
    const text = plain && answer.responseText ? answer.responseText : say("failed");
    window.dispatchEvent(new CustomEvent("rapport:toast", { detail: { text, kind: "error" } }));
  });
}

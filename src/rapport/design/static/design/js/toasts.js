// <toast-region> shows what was just done, one at a time, for eight seconds; it waits while pointed at or focused.
//   window.dispatchEvent(new CustomEvent("rapport:toast", { detail: { text, kind, undo, action: { label, href } } }))
// where an action may have `run`, a function, instead of `href`,
// or from the server: HX-Trigger: {"rapport:toast": {"text": "Closed.", "undo": "/conversations/12/closure/undo"}}
// `undo` is an address that is posted to. `kind: "error"` never leaves by itself.
import { post } from "./posting.js";
import { say } from "./words.js";

const SHOWN = 8000;

class ToastRegion extends HTMLElement {
  #queue = [];
  #shown = null;
  #timer = 0;
  #ends = 0;
  #left = SHOWN;

  connectedCallback() {
    for (const toast of this.querySelectorAll(":scope > .toast")) { toast.remove(); this.#queue.push(toast); }
    window.addEventListener("rapport:toast", this);
    for (const name of ["click", "keydown", "pointerenter", "pointerleave", "focusin", "focusout"]) this.addEventListener(name, this);
    this.#next();
  }

  disconnectedCallback() {
    window.removeEventListener("rapport:toast", this);
    clearTimeout(this.#timer);
  }

  handleEvent(event) {
    if (event.type === "rapport:toast") this.show(event.detail);
    else if (event.type === "click") this.#clicked(event.target.closest("button"));
    else if (event.type === "keydown") { if (event.key === "Escape") this.#hide(); }
    else if (event.type === "pointerenter" || event.type === "focusin") this.#pause();
    else this.#resume();
  }

  show({ text, kind = "done", undo = "", action = null }) {
    const template = this.querySelector(`template[data-kind="${kind}"]`) ?? this.querySelector("template");
    const toast = template.content.firstElementChild.cloneNode(true);
    toast.querySelector(".said").textContent = text;
    if (undo) toast.append(this.#button(say("undo"), undo));
    if (action?.run) toast.append(Object.assign(document.createElement("button"), { type: "button", textContent: action.label, onclick: action.run }));
    if (action?.href) toast.append(Object.assign(document.createElement("a"), { href: action.href, textContent: action.label }));
    // Only the newest matters: what is shown gives way, an error stays until it is read.
    this.#queue = this.#queue.filter((waiting) => waiting.classList.contains("error"));
    this.#queue.push(toast);
    if (!this.#shown?.classList.contains("error")) this.#next();
  }

  /** Undo what the shown toast tells of; false when there is nothing to undo. */
  undo() {
    const button = this.#shown?.querySelector("[data-undo]");
    button?.click();
    return Boolean(button);
  }

  #button(label, undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.dataset.undo = undo;
    return button;
  }

  async #clicked(button) {
    if (!button) return;
    const undo = button.dataset.undo;
    this.#hide();
    if (!undo) return;
    if (await post(undo)) window.dispatchEvent(new CustomEvent("rapport:undone", { detail: { undo } }));
    // htmx reports its own failures, see requests.js.
    else if (!window.htmx) this.show({ text: say("failed"), kind: "error" });
  }

  #next() {
    clearTimeout(this.#timer);
    this.#shown?.remove();
    this.#shown = this.#queue.shift() ?? null;
    if (!this.#shown) return;
    this.append(this.#shown);
    this.#left = SHOWN;
    if (!this.matches(":hover, :focus-within")) this.#resume();
  }

  #hide() {
    const focused = this.contains(document.activeElement);
    this.#next();
    if (focused) document.getElementById("main")?.focus();
  }

  #pause() {
    clearTimeout(this.#timer);
    if (this.#ends) this.#left = Math.max(1000, this.#ends - Date.now());
    this.#ends = 0;
  }

  #resume() {
    clearTimeout(this.#timer);
    if (!this.#shown || this.#shown.classList.contains("error")) return;
    this.#ends = Date.now() + this.#left;
    this.#timer = setTimeout(() => this.#next(), this.#left);
  }
}

customElements.define("toast-region", ToastRegion);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toast]");
  if (button) window.dispatchEvent(new CustomEvent("rapport:toast", { detail: { text: button.dataset.toast, undo: button.dataset.undo } }));
});

// <single-keys> turns keys into what the buttons do. Single keys work outside of fields only, and can be off.
import { undoLast } from "./changes.js";
import { press, stepRow } from "./row-keys.js";

const SECTIONS = { i: "/inbox/", c: "/customers/", f: "/feedback/", s: "/settings/" };
const FIELD = 'input, textarea, select, [contenteditable="true"], [contenteditable=""]';
const FOLDED = "rapport-folded";

class SingleKeys extends HTMLElement {
  #goes = 0;

  connectedCallback() {
    document.addEventListener("keydown", this);
    for (const name of (localStorage.getItem(FOLDED) ?? "").split(" ").filter(Boolean)) document.querySelector(".inbox")?.toggleAttribute(name, true);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
  }

  get list() { return document.querySelector("inbox-list"); }
  get thread() { return document.querySelector("conversation-thread"); }
  get composer() { return document.querySelector("reply-composer"); }

  handleEvent(event) {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    const chord = event.ctrlKey || event.metaKey;
    if (chord && event.shiftKey && event.key.toLowerCase() === "e") return this.#do(event, () => this.composer?.submit("close"));
    if (event.altKey && !chord && /^Arrow(Up|Down)$/.test(event.key)) return this.#do(event, () => this.thread?.step(event.key === "ArrowUp" ? -1 : 1));
    if (chord || event.altKey) return;
    if (event.key === "Escape") return this.#escape(event);
    if (this.hasAttribute("data-off") || event.target.closest?.(FIELD)) return;
    if (this.#goes > Date.now()) return this.#go(event);
    const act = this.#keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) this.#do(event, act);
  }

  #keys = {
    j: () => this.list ? this.list.step(1) : stepRow(1),
    k: () => this.list ? this.list.step(-1) : stepRow(-1),
    c: () => press(".task-check"),
    h: () => press("[data-later]"),
    r: () => this.composer?.write("reply"),
    n: () => this.composer ? this.composer.write("note") : document.querySelector(".tasks-page .task-add [name=title]")?.focus(),
    f: () => this.composer?.write("forward"),
    e: () => this.thread ? document.querySelector("#closure-button[data-leaves]")?.click() : press(".task-check"),
    a: () => this.#menu("assign-menu"),
    w: () => document.getElementById("follow-button")?.click(),
    t: () => this.#menu("tag-menu"),
    p: () => this.#menu("priority-menu"),
    z: () => undoLast() || (this.thread ? this.#menu("snooze-menu") : document.querySelector("toast-region")?.undo()),
    "!": () => document.getElementById("junk-button")?.click(),
    g: () => { this.#goes = Date.now() + 1500; },
    "/": () => this.#search(),
    "?": () => document.getElementById("keys")?.showModal(),
    "[": () => this.#fold("data-views-folded"),
    "]": () => this.#fold("data-customer-folded"),
  };

  #do(event, act) {
    event.preventDefault();
    act();
  }

  #menu(id) {
    const menu = document.getElementById(id);
    if (!menu || menu.matches(":popover-open")) return;
    menu.showPopover();
    // At once, so that what is typed next is already meant for it.
    menu.querySelector("input[type=search]")?.focus();
  }

  #go(event) {
    this.#goes = 0;
    const where = SECTIONS[event.key.toLowerCase()];
    // Only where the rail leads: a section this agent may not see has no key either.
    if (where && document.querySelector(`.rail a[href="${where}"], .bottom-bar a[href="${where}"]`)) this.#do(event, () => location.assign(where));
  }

  #search() {
    const toggle = document.getElementById("list-search-button"), field = document.querySelector("#list-search input[type=search], main input[type=search]");
    if (toggle?.ariaExpanded === "false") toggle.click();
    else if (field) { field.focus(); field.select(); }
    else document.querySelector('.rail a[href="/search/"]')?.click();
  }

  #fold(name) {
    const inbox = document.querySelector(".inbox");
    inbox?.toggleAttribute(name);
    const folded = ["data-views-folded", "data-customer-folded"].filter((each) => inbox?.hasAttribute(each));
    localStorage.setItem(FOLDED, folded.join(" "));
  }

  /** Leave the field; from the thread back to the list. Menus and dialogs close by themselves. */
  #escape(event) {
    const at = event.target;
    if (document.querySelector(":popover-open")) return;
    if (at.matches?.(FIELD)) {
      const composer = at.closest("reply-composer");
      if (composer) document.getElementById("messages")?.focus();
      else at.blur();
    } else if (at.closest?.("#conversation")) {
      (document.querySelector("#rows [aria-current]") ?? document.querySelector("#rows .list-row"))?.focus();
    }
  }
}

customElements.define("single-keys", SingleKeys);

// Enter on a row opens it and moves on into the thread; a click leaves the focus where it is.
let byKeyboard = false;
document.addEventListener("keydown", (event) => { byKeyboard = event.key === "Enter" && Boolean(event.target.closest?.("#rows .list-row")); });
document.addEventListener("pointerdown", () => { byKeyboard = false; });
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "conversation") return;
  if (byKeyboard) document.getElementById("messages")?.focus();
  byKeyboard = false;
});

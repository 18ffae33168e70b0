// <many-bar> keeps which conversations are selected and changes them together: a click on the box, Shift and a click
// for a stretch, X for the current row, "All" for the whole list.
import { post } from "../../design/js/posting.js";
import { made, piece, settle, toast } from "./fetching.js";

const FIELD = 'input:not(.pick), textarea, select, [contenteditable="true"], [contenteditable=""]';
const MOST = 500;

class ManyBar extends HTMLElement {
  #ids = new Set();
  #last = null;
  #menus = null;

  connectedCallback() {
    this.rows.addEventListener("click", this);
    this.addEventListener("click", this);
    this.addEventListener("submit", this);
    document.addEventListener("keydown", this);
    window.addEventListener("rapport:undone", this);
    this.pane.querySelector("#pick-button")?.addEventListener("click", () => this.#picking(!this.pane.hasAttribute("data-picking")));
    this.#watch = new MutationObserver(() => this.#draw());
    this.#watch.observe(this.rows, { childList: true });
  }

  disconnectedCallback() {
    this.#watch?.disconnect();
    document.removeEventListener("keydown", this);
    window.removeEventListener("rapport:undone", this);
  }

  #watch = null;

  get pane() { return this.closest("inbox-list"); }
  get inbox() { return this.closest("live-inbox"); }
  get rows() { return this.pane.querySelector("#rows"); }
  get boxes() { return [...this.rows.querySelectorAll("li:not([hidden]) > .pick")]; }

  handleEvent(event) {
    if (event.type === "rapport:undone") { if (event.detail.undo.startsWith(`${this.dataset.url}/`)) this.#reload(); return; }
    if (event.type === "keydown") { this.#key(event); return; }
    if (event.type === "submit") { event.preventDefault(); this.#submit(event.target); return; }
    const box = event.target.closest(".pick");
    if (box) { this.#pick(box, event.shiftKey); return; }
    const button = event.target.closest("button");
    if (!button || !this.contains(button)) return;
    if (button.matches("[data-clear]")) this.clear();
    else if (button.matches("[data-pick-all]")) this.#all();
    else if (button.dataset.verb) this.change(button.dataset.verb, button.dataset.value ?? "");
  }

  #key(event) {
    if (event.key === "Escape" && this.#ids.size && !document.querySelector(":popover-open, dialog[open]") && !event.target.closest?.(FIELD)) { this.clear(); return; }
    if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (document.querySelector("single-keys[data-off], dialog[open]") || event.target.closest?.(FIELD)) return;
    const row = document.activeElement?.closest?.("#rows > li") ?? this.rows.querySelector("li:has(> [aria-current])") ?? this.rows.querySelector("li:has(> .pick)");
    const box = row?.querySelector(".pick");
    if (!box) return;
    event.preventDefault();
    box.checked = !box.checked;
    this.#pick(box, event.shiftKey);
  }

  #pick(box, isStretch) {
    const boxes = this.boxes, from = this.#last ? boxes.findIndex((each) => id(each) === this.#last) : -1, to = boxes.indexOf(box);
    const stretch = isStretch && from >= 0 ? boxes.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
    for (const each of stretch) {
      if (box.checked && this.#ids.size < MOST) this.#ids.add(id(each));
      else if (!box.checked) this.#ids.delete(id(each));
    }
    this.#last = id(box);
    this.#draw();
  }

  async #all() {
    const said = await piece(`${this.dataset.ids}?${this.inbox.dataset.place}`).catch(() => null);
    if (!said) return;
    const { ids, most } = JSON.parse(said);
    this.#ids = new Set(ids.map(String));
    if (ids.length >= most) toast(this.dataset.most.replace("{n}", most));
    this.#draw();
  }

  clear() {
    this.#ids.clear();
    this.#last = null;
    this.#picking(false);
    this.#draw();
  }

  #picking(is) {
    this.pane.toggleAttribute("data-picking", is || this.#ids.size > 0);
    this.pane.querySelector("#pick-button")?.setAttribute("aria-pressed", String(is));
  }

  #draw() {
    for (const box of this.rows.querySelectorAll(".pick")) box.checked = this.#ids.has(id(box));
    const count = this.#ids.size;
    if (count) this.pane.toggleAttribute("data-picking", true);
    this.hidden = !count;
    this.querySelector(".selected").textContent = count === 1 ? this.dataset.one : this.dataset.many.replace("{n}", count);
    if (count) this.#menus ??= this.#fetchMenus();
  }

  /** The menus come when the first row is selected, which most pages never see. */
  async #fetchMenus() {
    const place = this.querySelector("[data-src]"), html = await piece(place.dataset.src).catch(() => null);
    if (html === null) { this.#menus = null; return; }
    place.replaceChildren(made(html));
    settle(place);
  }

  #submit(form) {
    const field = form.querySelector("input[name]");
    if (form.dataset.verb && field?.value.trim()) this.change(form.dataset.verb, field.value.trim());
  }

  async change(verb, value) {
    const ids = [...this.#ids].join(",");
    for (const menu of this.querySelectorAll(":popover-open")) menu.hidePopover();
    if (!ids || !(await post(this.dataset.url, { verb, value, ids }))) return;
    this.clear();
    await this.#reload();
  }

  /** So many rows may have come and gone that the list begins afresh. */
  async #reload() {
    this.inbox.recount();
    this.inbox.thread?.refresh();
    if (this.inbox.dataset.query) return;
    const html = await piece(`${this.inbox.dataset.rows}?${this.inbox.dataset.place}`).catch(() => null);
    if (html === null) return;
    this.rows.replaceChildren(made(html));
    settle(this.rows);
    this.pane.markCurrent();
  }
}

function id(box) {
  return box.closest("li").id.slice(4);
}

customElements.define("many-bar", ManyBar);

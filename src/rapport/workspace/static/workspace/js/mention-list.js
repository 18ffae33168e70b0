// <mention-list>: "@" in a note opens the people and teams one may name; arrows and Enter choose. Whoever cannot see the
// conversation is marked in the list, and said under the text for as long as they are named.
import { piece } from "./fetching.js";

const MOST = 8, GAP = 6;
const BEFORE = /(?:^|[^\w.+-])@([^@\n]{0,40})$/;

class MentionList extends HTMLElement {
  #all = null;
  #shown = [];
  #at = 0;
  #dismissed = null;

  connectedCallback() {
    this.composer = this.closest("reply-composer");
    [this.list, this.warning] = ["[role=listbox]", "[data-blind]"].map((name) => this.querySelector(name));
    for (const name of ["input", "keyup", "keydown", "click", "focusout"]) this.composer.addEventListener(name, this, name === "keydown");
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    if (this.#isNote && this.#box.value.includes("@")) this.#load().then(() => this.#warn());
  }

  get #box() { return this.composer.querySelector("textarea"); }
  get #isNote() { return this.composer.form?.dataset.mode === "note"; }
  get isOpen() { return this.list.matches(":popover-open"); }

  handleEvent(event) {
    if (event.type === "keydown") return this.#pressed(event);
    if (event.type === "click") return this.#clicked(event.target);
    if (event.type === "focusout") return this.isOpen && !this.contains(event.relatedTarget) && this.#close();
    if (event.type === "input" || event.key?.startsWith("Arrow")) this.#typed();
    return undefined;
  }

  async #load() {
    this.#all ??= JSON.parse(await piece(this.dataset.url).catch(() => null) ?? '{"people":[]}').people;
  }

  async #typed() {
    const box = this.#box;
    if (!this.#isNote) { this.#close(); this.warning.hidden = true; return; }
    const before = box.value.slice(0, box.selectionStart), found = BEFORE.exec(before);
    if (box.value.includes("@")) await this.#load();
    this.#warn();
    const at = found ? before.length - found[1].length - 1 : null;
    if (!found || at === this.#dismissed) return this.#close();
    this.#dismissed = null;
    const words = found[1].toLowerCase();
    this.#shown = this.#all.filter(({ name }) => fits(name.toLowerCase(), words)).slice(0, MOST);
    if (!this.#shown.length || this.#all.some(({ name }) => words.startsWith(`${name.toLowerCase()} `))) return this.#close();
    return this.#draw(at);
  }

  #draw(from) {
    this.from = from;
    this.list.replaceChildren(...this.#shown.map((person, index) => this.#option(person, index)));
    if (!this.isOpen) this.list.showPopover();
    this.#mark(0);
    const field = this.#box.getBoundingClientRect(), { height } = this.list.getBoundingClientRect();
    const above = field.top - GAP - height >= GAP;
    Object.assign(this.list.style, { left: `${field.left + GAP}px`, top: above ? "auto" : `${field.bottom + GAP}px`, bottom: above ? `${innerHeight - field.top + GAP}px` : "auto" });
  }

  #option({ name, initials, hue, isTeam, sees }, index) {
    const option = Object.assign(document.createElement("li"), { id: `mention-${index}`, role: "option" });
    const avatar = Object.assign(document.createElement("span"), { className: `avatar sm${isTeam ? " square" : ""}`, textContent: initials, ariaHidden: "true" });
    avatar.style.setProperty("--h", hue);
    const title = Object.assign(document.createElement("b"), { className: "truncate", textContent: name });
    const what = Object.assign(document.createElement("span"), { className: "muted", textContent: isTeam ? this.dataset.team : "" });
    option.append(avatar, title, what);
    if (!sees) option.append(Object.assign(document.createElement("span"), { className: "pill warn", textContent: this.dataset.blind }));
    return option;
  }

  #mark(at) {
    const options = [...this.list.children];
    this.#at = (at + options.length) % options.length;
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === this.#at)));
    options[this.#at].scrollIntoView({ block: "nearest" });
    this.#box.setAttribute("aria-activedescendant", options[this.#at].id);
  }

  #pressed(event) {
    if (!this.isOpen || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowDown: () => this.#mark(this.#at + 1), ArrowUp: () => this.#mark(this.#at - 1),
      Enter: () => this.#pick(this.#shown[this.#at]), Tab: () => this.#pick(this.#shown[this.#at]),
      Escape: () => { this.#dismissed = this.from; this.#close(); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #clicked(target) {
    const option = target.closest("[role=option]");
    if (option && this.contains(option)) this.#pick(this.#shown[[...this.list.children].indexOf(option)]);
    // Into a note and out of it again.
    else if (target.closest("button[data-mode]")) setTimeout(() => this.#typed());
  }

  #pick({ name }) {
    const box = this.#box;
    this.#close();
    box.focus();
    box.setRangeText(`@${name} `, this.from, box.selectionStart, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #close() {
    if (this.isOpen) this.list.hidePopover();
    this.#box.removeAttribute("aria-activedescendant");
  }

  #warn() {
    const text = this.#box.value.toLowerCase();
    const blind = this.#isNote ? (this.#all ?? []).filter(({ name, sees }) => !sees && text.includes(`@${name.toLowerCase()}`)) : [];
    this.warning.hidden = !blind.length;
    if (blind.length) this.warning.textContent = this.dataset.warning.replace("{names}", blind.map(({ name }) => name).join(", "));
  }
}

/** Each word typed begins a word of the name; names without spaces hold it. */
function fits(name, words) {
  const parts = name.split(/\s+/);
  return name.startsWith(words) || words.split(/\s+/).every((word) => parts.some((part) => part.startsWith(word)));
}

customElements.define("mention-list", MentionList);

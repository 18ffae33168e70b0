// <macro-picker> puts texts that are kept for it into the composer it stands in. "/" at the start of a line opens the list,
// and so does its button; what is typed next filters it. What a macro does to the conversation happens when it is sent,
// or at once where it has no text.
import { post } from "../../design/js/posting.js";
import { toast } from "./fetching.js";
import { LineBefore } from "./line-before.js";

const FRESH = 60_000, GAP = 6, MOST = 50;

class MacroPicker extends HTMLElement {
  #all = [];
  #loadedAt = 0;
  #shown = [];
  #at = 0;
  #query = null;
  #dismissed = "";
  #pending = [];
  #missing = [];
  #warned = false;

  connectedCallback() {
    this.composer = this.closest("reply-composer");
    this.button = this.composer.querySelector("button[data-macros]");
    [this.popup, this.search, this.list, this.preview, this.bar] = ["[data-popup]", "input[type=search]", "[role=listbox]", "[data-preview]", "[data-pending-macros]"].map((name) => this.querySelector(name));
    this.line = new LineBefore(this.composer);
    for (const name of ["keydown", "keyup", "input", "click", "focusout", "composer:leaving", "composer:left"]) this.composer.addEventListener(name, this, name === "keydown");
    this.list.addEventListener("pointermove", (event) => { const option = event.target.closest("[role=option]"); if (option) this.#mark(this.options.indexOf(option), false); });
    this.popup.addEventListener("pointerdown", (event) => { if (event.target !== this.search) event.preventDefault(); });
    this.button.hidden = false;
  }

  get isOpen() { return this.popup.matches(":popover-open"); }
  get options() { return [...this.list.children]; }

  handleEvent(event) {
    const act = {
      keydown: () => this.#pressed(event),
      keyup: () => { if (event.target !== this.search) this.#typed(); },
      input: () => (event.target === this.search ? this.#filter(this.search.value) : this.#typed()),
      click: () => this.#clicked(event.target),
      focusout: () => { if (this.isOpen && !this.composer.contains(event.relatedTarget)) this.#close(); },
      "composer:leaving": () => this.#leave(event),
      "composer:left": () => this.#left(event.detail),
    };
    act[event.type]();
  }

  /** What stands before the cursor decides whether the list is there. */
  #typed() {
    if (this.isOpen && !this.search.hidden) return;
    const line = this.line.read(), found = /^\/([^/]{0,40})$/.exec(line?.text ?? "");
    if (!found) { this.#dismissed = ""; return this.isOpen && this.#close(); }
    if (line.text.startsWith(this.#dismissed) && this.#dismissed) return;
    this.#dismissed = "";
    if (this.isOpen) { if (found[1] !== this.#query) this.#filter(found[1]); } else this.#open(found[1], false);
  }

  async #open(query, bySearch) {
    this.search.hidden = !bySearch;
    this.search.value = "";
    await this.#load();
    if (!this.isConnected) return;
    if (!this.isOpen) this.popup.showPopover();
    this.button.ariaExpanded = "true";
    this.#filter(bySearch ? "" : (/^\/([^/]{0,40})$/.exec(this.line.read()?.text ?? "")?.[1] ?? query));
    if (bySearch) this.search.focus();
  }

  #close() {
    if (this.isOpen) this.popup.hidePopover();
    this.button.ariaExpanded = "false";
    this.composer.text.removeAttribute("aria-activedescendant");
    this.#query = null;
  }

  async #load() {
    if (Date.now() - this.#loadedAt < FRESH) return;
    const answer = await fetch(this.dataset.url, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return toast(this.composer.dataset.failed, "error");
    this.#all = (await answer.json()).macros;
    this.#loadedAt = Date.now();
  }

  #filter(query) {
    this.#query = query;
    const words = query.toLowerCase().trim();
    const ranked = this.#all.map((macro) => ({ macro, rank: rankOf(macro, words) })).filter(({ rank }) => rank < 4);
    this.#shown = ranked.sort((one, other) => one.rank - other.rank).slice(0, MOST).map(({ macro }) => macro);
    // Whoever writes something else that begins with a slash is left alone.
    if (!this.#shown.length && this.search.hidden && this.#all.length) return this.#close();
    this.list.replaceChildren(...this.#shown.map((macro, index) => optionOf(macro, `${this.list.id}-${index}`)));
    this.popup.toggleAttribute("data-empty", !this.#shown.length);
    this.#mark(0);
    this.#place();
  }

  #mark(at, scrolls = true) {
    const options = this.options;
    this.#at = options.length ? (at + options.length) % options.length : 0;
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === this.#at)));
    if (scrolls) options[this.#at]?.scrollIntoView({ block: "nearest" });
    const field = this.search.hidden ? this.composer.text : this.search;
    if (options.length) field.setAttribute("aria-activedescendant", options[this.#at].id);
    const macro = this.#shown[this.#at];
    const text = Object.assign(document.createElement("p"), { textContent: macro?.text ?? "" });
    const steps = (macro?.steps ?? []).map((step) => Object.assign(document.createElement("span"), { className: "pill", textContent: step }));
    this.preview.replaceChildren(...(macro?.text ? [text] : []), ...steps);
  }

  #place() {
    const at = this.search.hidden ? this.line.box : this.button.getBoundingClientRect(), { width, height } = this.popup.getBoundingClientRect();
    const above = at.top - GAP - height >= GAP;
    const left = Math.min(Math.max(GAP, at.left), innerWidth - width - GAP);
    // Held at its lower edge, so that it does not jump while the list gets shorter.
    Object.assign(this.popup.style, { left: `${left}px`, top: above ? "auto" : `${at.bottom + GAP}px`, bottom: above ? `${innerHeight - at.top + GAP}px` : "auto" });
  }

  #pressed(event) {
    if (!this.isOpen || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowDown: () => this.#mark(this.#at + 1), ArrowUp: () => this.#mark(this.#at - 1),
      Enter: () => this.#pick(this.#shown[this.#at]), Tab: () => this.#pick(this.#shown[this.#at]),
      Escape: () => { this.#dismissed = this.line.read()?.text ?? ""; const back = !this.search.hidden; this.#close(); if (back) this.composer.writing.field.focus(); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #clicked(target) {
    const option = target.closest("[role=option]");
    if (option && this.contains(option)) this.#pick(this.#shown[this.options.indexOf(option)]);
    else if (target.closest("button[data-macros]")) { if (this.isOpen) this.#close(); else this.#open("", true); }
    else if (target.closest("[data-drop-macro]")) { this.#pending.splice(Number(target.closest("[data-drop-macro]").dataset.dropMacro), 1); this.#tell(); }
  }

  async #pick(macro) {
    if (!macro) return this.#close();
    const typed = this.search.hidden ? this.#query : null;
    this.#close();
    if (typed !== null) this.line.remove();
    if (!macro.text) {
      this.composer.writing.field.focus();
      await post(`${this.dataset.url}/${macro.id}/use`);
      return;
    }
    const answer = await fetch(`${this.dataset.url}/${macro.id}`, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return toast(this.composer.dataset.failed, "error");
    const said = await answer.json();
    this.line.insert(said);
    this.#pending.push(macro);
    this.#missing.push(...said.missing);
    this.#warned = false;
    this.line.select(said.missing[0]?.written);
    this.#tell();
  }

  /** Under the text: what will be done when it is sent, and what is to be filled in. */
  #tell() {
    const chips = this.#pending.flatMap((macro, index) => (macro.steps.length ? [chipOf(macro.steps.join(" · "), index, this.dataset.remove)] : []));
    const label = Object.assign(document.createElement("span"), { className: "muted", textContent: this.dataset.whenSent });
    const missing = [...new Set(this.#missing.map(({ label: each }) => each))].map((each) => Object.assign(document.createElement("span"), { className: "pill warn", textContent: this.dataset.missing.replace("{name}", each) }));
    this.bar.replaceChildren(...(chips.length ? [label, ...chips] : []), ...missing);
    this.bar.hidden = !this.bar.childElementCount;
  }

  #leave(event) {
    const text = this.composer.said.text, left = this.#missing.filter(({ written }) => text.includes(written));
    if (left.length && !this.#warned) {
      this.#warned = true;
      event.preventDefault();
      this.line.select(left[0].written);
      return this.composer.fail(this.dataset.unfilled.replace("{names}", [...new Set(left.map(({ label }) => label))].join(", ")));
    }
    for (const macro of this.#pending) event.detail.append("macro", macro.id);
  }

  #left(answer) {
    this.#pending = [];
    this.#missing = [];
    this.#tell();
    const news = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}")["rapport:toast"];
    if (news) window.dispatchEvent(new CustomEvent("rapport:toast", { detail: news }));
  }
}

/** 0 for the beginning of its shortcut, then of its name or a word in it, then anywhere; 4 for not at all. */
function rankOf({ name, shortcut, folder, text }, words) {
  if (!words) return 0;
  const title = `${folder} ${name}`.toLowerCase();
  if (shortcut.startsWith(words)) return 0;
  if (title.split(/\s+/).some((word) => word.startsWith(words)) || title.startsWith(words)) return 1;
  if (words.split(/\s+/).every((word) => title.includes(word))) return 2;
  return words.length > 2 && text.toLowerCase().includes(words) ? 3 : 4;
}

function optionOf({ name, shortcut, folder, steps, text }, id) {
  const option = Object.assign(document.createElement("li"), { id, role: "option" });
  const title = Object.assign(document.createElement("b"), { className: "truncate", textContent: name });
  const where = Object.assign(document.createElement("span"), { className: "muted truncate", textContent: folder });
  const does = Object.assign(document.createElement("span"), { className: "muted end", textContent: steps.length && !text ? "↯" : "" });
  const key = Object.assign(document.createElement("kbd"), { className: "kbd", textContent: `/${shortcut}` });
  option.append(title, where, does, ...(shortcut ? [key] : []));
  return option;
}

function chipOf(words, index, remove) {
  const chip = Object.assign(document.createElement("span"), { className: "chip", textContent: words });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×", ariaLabel: `${remove} ${words}` });
  button.dataset.dropMacro = index;
  chip.append(button);
  return chip;
}

customElements.define("macro-picker", MacroPicker);

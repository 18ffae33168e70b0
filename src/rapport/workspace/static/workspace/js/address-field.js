// <address-field> makes a line of addresses into chips: typed, pasted in any form, or chosen among the people one knows.
import { addressesIn, isAddress } from "./addresses.js";

const WAIT = 150;
let lists = 0;

class AddressField extends HTMLElement {
  #timer = 0;
  #asked = 0;

  connectedCallback() { this.begin(); }

  /** Once. Whoever is around it may be ready earlier and asks for it. */
  begin() {
    if (this.line) return;
    // A page that comes back from the browser's history brings what an earlier element made.
    for (const left of this.querySelectorAll(".chip, .suggestions, input[type=hidden]")) left.remove();
    this.input = this.querySelector("input");
    this.line = this.querySelector(".chips-line");
    this.kept = Object.assign(document.createElement("input"), { type: "hidden", name: this.dataset.name });
    this.input.removeAttribute("name");
    this.list = Object.assign(document.createElement("ul"), { className: "menu suggestions", role: "listbox", popover: "manual", id: `people-${++lists}` });
    this.list.setAttribute("aria-label", this.dataset.suggestions);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id })) this.input.setAttribute(name, value);
    this.append(this.kept, this.list);
    this.people = addressesIn(this.input.value);
    for (const name of ["keydown", "input", "paste", "focusout", "click", "pointerdown"]) this.addEventListener(name, this);
  }

  get chips() { return [...this.line.querySelectorAll(".chip")]; }
  get people() { return this.chips.map(({ dataset }) => ({ address: dataset.address, name: dataset.name })); }
  set people(people) {
    for (const chip of this.chips) chip.remove();
    this.input.value = "";
    for (const person of people) this.#put(person);
    this.#keep(false);
  }
  get addresses() { return this.people.map(({ address }) => address); }
  /** The first that is no address, in words; empty when all are. */
  get problem() {
    const wrong = this.chips.find((chip) => chip.hasAttribute("data-invalid"));
    return wrong ? this.dataset.invalid.replace("{address}", wrong.dataset.address) : "";
  }

  add(people) {
    const known = new Set(this.addresses.map((address) => address.toLowerCase()));
    for (const person of people) {
      if (known.has(person.address.toLowerCase())) continue;
      known.add(person.address.toLowerCase());
      this.#put(person);
    }
    this.#keep(true);
  }

  /** What is typed and not yet a chip becomes one. */
  commit() {
    const typed = this.input.value.trim();
    this.input.value = "";
    this.#hide();
    if (typed) this.add(addressesIn(typed));
  }

  handleEvent(event) {
    const act = {
      input: () => { event.stopPropagation(); this.#typed(); },
      keydown: () => this.#pressed(event),
      paste: () => this.#pasted(event),
      focusout: () => { if (event.target === this.input && !this.list.contains(event.relatedTarget)) this.commit(); },
      pointerdown: () => { if (event.target.closest("[role=option]")) event.preventDefault(); },
      click: () => this.#clicked(event.target),
    };
    act[event.type]();
  }

  #put({ address, name = "" }) {
    const chip = document.createElement("span");
    chip.className = "chip person";
    chip.title = name ? `${name} <${address}>` : address;
    chip.tabIndex = -1;
    Object.assign(chip.dataset, { address, name });
    if (!isAddress(address)) { chip.setAttribute("data-invalid", ""); chip.title = this.dataset.invalid.replace("{address}", address); }
    const label = Object.assign(document.createElement("span"), { className: "truncate", textContent: name || address });
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×", tabIndex: -1, ariaLabel: `${this.dataset.remove} ${name || address}` });
    chip.append(label, remove);
    this.input.before(chip);
  }

  #keep(isChange) {
    this.kept.value = this.addresses.join(", ");
    if (isChange) this.dispatchEvent(new CustomEvent("rapport:people", { bubbles: true }));
  }

  #clicked(target) {
    const option = target.closest("[role=option]"), chip = target.closest(".chip");
    if (option) this.#choose(option);
    else if (chip && target.closest("button")) { chip.remove(); this.#keep(true); this.input.focus(); }
    else if (chip) chip.focus();
    else if (target.closest(".chips-line")) this.input.focus();
  }

  #pasted(event) {
    const text = event.clipboardData?.getData("text/plain") ?? "", found = addressesIn(text);
    if (!found.some(({ address }) => isAddress(address))) return;
    event.preventDefault();
    event.stopPropagation();
    this.input.value = "";
    this.add(found);
  }

  #pressed(event) {
    const chip = event.target.closest(".chip");
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (chip) return this.#pressedOn(chip, event);
    const options = [...this.list.children], at = options.findIndex((option) => option.ariaSelected === "true");
    const typed = this.input.value.trim();
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      this.#mark(options.at((at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1)) % options.length));
    } else if (event.key === "Escape" && options.length) { event.preventDefault(); event.stopPropagation(); this.#hide(); }
    else if (event.key === "Enter") { event.preventDefault(); if (at >= 0) this.#choose(options[at]); else this.commit(); }
    else if (event.key === "Tab" && typed && !event.shiftKey) { event.preventDefault(); if (at >= 0) this.#choose(options[at]); else this.commit(); }
    else if ([",", ";", "，", "；"].includes(event.key) || (event.key === " " && isAddress(typed))) { event.preventDefault(); this.commit(); }
    else if ((event.key === "Backspace" || event.key === "ArrowLeft") && !this.input.value && this.chips.length) { event.preventDefault(); this.chips.at(-1).focus(); }
  }

  #pressedOn(chip, event) {
    const chips = this.chips, at = chips.indexOf(chip);
    if (event.key === "Backspace" || event.key === "Delete") { event.preventDefault(); chip.remove(); (chips[at + 1] ?? chips[at - 1] ?? this.input).focus(); this.#keep(true); }
    else if (event.key === "ArrowLeft") { event.preventDefault(); (chips[at - 1] ?? chip).focus(); }
    else if (event.key === "ArrowRight") { event.preventDefault(); (chips[at + 1] ?? this.input).focus(); }
    else if (event.key === "Enter") { event.preventDefault(); this.input.value = chip.dataset.address; chip.remove(); this.#keep(true); this.input.focus(); }
  }

  #typed() {
    clearTimeout(this.#timer);
    const words = this.input.value.trim(), asked = ++this.#asked;
    if (words.length < 2) return this.#hide();
    this.#timer = setTimeout(async () => {
      const answer = await fetch(`${this.dataset.people}?q=${encodeURIComponent(words)}`, { credentials: "same-origin" }).catch(() => null);
      if (!answer?.ok || asked !== this.#asked || this.input.value.trim() !== words) return;
      this.#show((await answer.json()).people);
    }, WAIT);
  }

  #show(people) {
    const present = new Set(this.addresses.map((address) => address.toLowerCase()));
    const shown = people.filter(({ address }) => !present.has(address.toLowerCase()));
    this.list.replaceChildren(...shown.map((person, index) => this.#option(person, index)));
    if (!shown.length) return this.#hide();
    this.list.showPopover();
    const box = this.input.getBoundingClientRect(), height = this.list.getBoundingClientRect().height;
    const fits = box.bottom + 4 + height < innerHeight;
    Object.assign(this.list.style, { insetInlineStart: `${Math.min(box.left, innerWidth - this.list.offsetWidth - 8)}px`, insetBlockStart: `${fits ? box.bottom + 4 : Math.max(4, box.top - 4 - height)}px` });
    this.input.setAttribute("aria-expanded", "true");
    this.#mark(this.list.firstElementChild);
  }

  #option({ address, name, is_agent: isAgent }, index) {
    const option = Object.assign(document.createElement("li"), { role: "option", id: `${this.list.id}-${index}` });
    Object.assign(option.dataset, { address, name });
    const said = Object.assign(document.createElement("b"), { className: "truncate", textContent: name || address });
    option.append(said);
    if (name) option.append(Object.assign(document.createElement("span"), { className: "truncate soft", textContent: address }));
    if (isAgent) option.append(Object.assign(document.createElement("span"), { className: "pill", textContent: this.dataset.colleague }));
    return option;
  }

  #mark(option) {
    for (const each of this.list.children) each.ariaSelected = String(each === option);
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  #choose(option) {
    this.input.value = "";
    this.#hide();
    this.add([{ address: option.dataset.address, name: option.dataset.name }]);
    this.input.focus();
  }

  #hide() {
    this.#asked++;
    clearTimeout(this.#timer);
    if (this.list.matches(":popover-open")) this.list.hidePopover();
    this.list.replaceChildren();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

customElements.define("address-field", AddressField);

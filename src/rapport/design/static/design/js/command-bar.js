// <command-bar data-src data-search> opens with Ctrl K (⌘ K) on every page: type what you want to do, or where to go.
// Commands come from the server once; what is on the page decides which of them can be done here. Those chosen lately
// come first. See `Command` on the server for what a line may do.
import { headers } from "./posting.js";

const LATELY = "rapport-commands", SHOWN = 40, ASK_AFTER = 150, SVG = "http://www.w3.org/2000/svg";

class CommandBar extends HTMLElement {
  #commands = null;
  #found = [];
  #lines = [];
  #at = 0;
  #asking = 0;
  #timer = 0;

  connectedCallback() {
    document.addEventListener("keydown", this);
    document.addEventListener("click", this);
    this.field.addEventListener("input", this);
    this.list.addEventListener("pointermove", this);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
    document.removeEventListener("click", this);
  }

  get dialog() { return this.querySelector("dialog"); }
  get field() { return this.querySelector("input"); }
  get list() { return this.querySelector("[role=listbox]"); }

  handleEvent(event) {
    if (event.type === "keydown") this.#key(event);
    else if (event.type === "input") { this.#show(); this.#ask(); }
    else if (event.type === "pointermove") this.#point(event.target.closest("[role=option]"));
    else if (event.target.closest("[data-command-bar]")) this.open();
    else if (event.target.closest("command-bar [role=option]")) this.#choose(this.#lines[Number(event.target.closest("[role=option]").dataset.place)]);
  }

  #key(event) {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      // In a letter it makes a link.
      if (event.defaultPrevented || event.target.closest?.('[contenteditable="true"]')) return;
      event.preventDefault();
      if (this.dialog.open) this.dialog.close();
      else if (!document.querySelector("dialog[open]")) this.open();
    } else if (this.dialog.open && !event.isComposing) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); this.#move(this.#at + step); }
      else if (event.key === "Enter") { event.preventDefault(); this.#choose(this.#lines[this.#at]); }
    }
  }

  async open() {
    for (const menu of document.querySelectorAll(":popover-open")) menu.hidePopover();
    this.field.value = "";
    this.#found = [];
    this.dialog.showModal();
    this.#show();
    const said = await this.#fetch(this.dataset.src);
    this.querySelector(".failed").hidden = Boolean(said);
    this.#commands = said ?? this.#commands;
    if (this.dialog.open) this.#show();
  }

  async #fetch(url) {
    try {
      const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
      return answer.ok && !answer.redirected ? (await answer.json()).commands : null;
    } catch { return null; }
  }

  /** What only the server can find: people and numbers. */
  #ask() {
    clearTimeout(this.#timer);
    const words = this.field.value.trim(), asked = ++this.#asking;
    if (!words) { this.#found = []; return; }
    this.#timer = setTimeout(async () => {
      const said = await this.#fetch(`${this.dataset.src}?q=${encodeURIComponent(words)}`);
      if (asked === this.#asking && said) { this.#found = said; this.#show(); }
    }, ASK_AFTER);
  }

  #show() {
    const words = this.field.value.trim().toLowerCase(), lately = read();
    const possible = (this.#commands ?? []).filter(canBeDone);
    const scored = possible.map((command) => ({ command, score: score(command, words), lately: lately.indexOf(command.label) }));
    const fitting = scored.filter((each) => each.score > 0);
    const rank = (each) => each.score + (each.lately < 0 ? 0 : 0.5 - each.lately / 40);
    fitting.sort((one, other) => rank(other) - rank(one));
    this.#lines = [...fitting.map((each) => each.command), ...this.#found].slice(0, SHOWN);
    if (words && this.dataset.search) this.#lines.push({ label: this.dataset.searchFor.replace("{words}", this.field.value.trim()), icon: "search", group: "", go: `${this.dataset.search}?q=${encodeURIComponent(this.field.value.trim())}` });
    this.list.replaceChildren(...this.#lines.map((line, place) => option(line, place)));
    this.querySelector(".nothing").hidden = this.#lines.length > 0 || !this.#commands;
    this.#move(0);
  }

  #move(place) {
    const options = this.list.children;
    if (!options.length) { this.field.removeAttribute("aria-activedescendant"); return; }
    options[this.#at]?.setAttribute("aria-selected", "false");
    this.#at = (place + options.length) % options.length;
    const now = options[this.#at];
    now.setAttribute("aria-selected", "true");
    now.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", now.id);
  }

  #point(line) {
    if (line && Number(line.dataset.place) !== this.#at) this.#move(Number(line.dataset.place));
  }

  #choose(line) {
    if (!line) return;
    this.dialog.close();
    if (line.group) localStorage.setItem(LATELY, JSON.stringify([line.label, ...read().filter((each) => each !== line.label)].slice(0, 12)));
    // After the dialog has given the focus back.
    setTimeout(() => act(line), 0);
  }
}

function read() {
  try { return JSON.parse(localStorage.getItem(LATELY) ?? "[]"); } catch { return []; }
}

const open = () => document.querySelector("conversation-thread[data-id]");

function canBeDone(line) {
  if (line.press) return Boolean(document.querySelector(line.press));
  if (line.menu || line.dialog) return Boolean(document.getElementById(line.menu ?? line.dialog));
  if (line.write) return Boolean(document.querySelector("reply-composer"));
  return !line.post || Boolean(open());
}

function act(line) {
  if (line.go) location.assign(line.go);
  else if (line.press) document.querySelector(line.press)?.click();
  else if (line.menu) document.getElementById(line.menu)?.showPopover();
  else if (line.dialog) document.getElementById(line.dialog)?.showModal();
  else if (line.write) document.querySelector("reply-composer")?.write(line.write);
  else if (line.post) window.htmx?.ajax("POST", line.post.replace("{id}", open().dataset.id), { source: open(), swap: "none", values: line.values, headers: headers() });
}

/** 0 when it does not fit; the earlier and the more at beginnings of words, the higher. Commands of the page first. */
function score(line, words) {
  const base = line.go ? 0 : 0.3;
  if (!words) return 1 + base;
  return Math.max(fits(line.label, words), fits(line.also ?? "", words) * 0.9, fits(line.group, words) * 0.4) * (1 + base);
}

function fits(text, words) {
  const said = text.toLowerCase(), whole = said.indexOf(words);
  if (whole === 0) return 3;
  if (whole > 0) return /[\s:·]/.test(said[whole - 1]) ? 2.5 : 1.5;
  // "as ad" finds "Assign to Ada": each part begins a word, in order.
  let from = 0;
  for (const part of words.split(/\s+/)) {
    const found = said.slice(from).search(new RegExp(`(^|[\\s:·])${part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`));
    if (found < 0) return 0;
    from += found + part.length;
  }
  return 2;
}

function option(line, place) {
  const item = document.createElement("li");
  item.id = `command-${place}`;
  item.dataset.place = place;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const icon = document.createElementNS(SVG, "svg"), use = document.createElementNS(SVG, "use");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.querySelector("command-bar").dataset.sprite}#i-${line.icon}`);
  icon.append(use);
  const label = Object.assign(document.createElement("span"), { className: "truncate", textContent: line.label });
  const group = Object.assign(document.createElement("span"), { className: "end muted", textContent: line.group });
  item.append(icon, label, group);
  if (line.keys) item.append(Object.assign(document.createElement("kbd"), { className: "kbd", textContent: line.keys }));
  return item;
}

customElements.define("command-bar", CommandBar);

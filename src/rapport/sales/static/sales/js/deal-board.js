// <deal-board data-after data-may-move> moves cards by dragging, by keys and by a menu, and shows what others moved.
// Moving shows at once; the columns are fetched again afterwards, so what the server says is what stays.
import { announce } from "../../design/js/announcing.js";
import { post } from "../../design/js/posting.js";

const NAMES = ["DealOpened", "DealMoved", "DealChanged"];
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const GATHER = 200, SLEEP_AFTER = 30_000;

class DealBoard extends HTMLElement {
  #last = "";
  #source = null;
  #timers = {};
  #dragged = null;
  #chosen = null;
  #closing = null;
  #posting = Promise.resolve();
  #busy = 0;

  connectedCallback() {
    this.#last = this.dataset.after;
    this.stop = new AbortController();
    const { signal } = this.stop;
    for (const name of ["keydown", "click", "focusin"]) this.addEventListener(name, this, { signal });
    if ("mayMove" in this.dataset) for (const name of ["dragstart", "dragover", "drop", "dragend"]) this.addEventListener(name, this, { signal });
    document.getElementById("move-menu")?.addEventListener("click", (event) => this.#menu(event.target.closest("[data-stage]")), { signal });
    for (const form of document.querySelectorAll("form[data-closing]")) {
      form.addEventListener("submit", (event) => { event.preventDefault(); this.#close(form); }, { signal });
      form.closest("dialog").addEventListener("close", () => this.#closed(), { signal });
    }
    window.addEventListener("rapport:undone", () => this.refresh(), { signal });
    window.addEventListener("pagehide", () => this.#silence(), { signal });
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.#listen(); }, { signal });
    document.addEventListener("visibilitychange", () => this.#looked(), { signal });
    this.#rove();
    this.#listen();
  }

  disconnectedCallback() {
    this.stop.abort();
    this.#silence();
    Object.values(this.#timers).forEach(clearTimeout);
  }

  get columns() { return [...this.querySelectorAll(".deal-column")]; }
  get cards() { return [...this.querySelectorAll(".deal-column li")]; }

  handleEvent(event) {
    const card = event.target.closest?.(".deal-column li");
    if (event.type === "keydown") this.#pressed(event, card);
    else if (event.type === "click") { if (event.target.closest("[data-move]")) this.#chosen = card; }
    else if (event.type === "focusin") { if (card) this.#rove(card); }
    else this[`_${event.type}`](event, card);
  }

  // Keys

  #pressed(event, card) {
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      event.preventDefault();
      if (event.shiftKey) this.#shift(card, ...arrow);
      else this.#go(card, ...arrow);
    } else if (event.key.toLowerCase() === "m" && "mayMove" in this.dataset && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      card.querySelector("[data-move]").click();
    }
  }

  #go(card, across, down) {
    const column = card.closest(".deal-column"), list = [...column.querySelectorAll("li")], at = list.indexOf(card);
    if (down) { this.#focus(list[at + down]); return; }
    const columns = this.columns;
    for (let next = columns.indexOf(column) + across; columns[next]; next += across) {
      const there = [...columns[next].querySelectorAll("li")];
      if (there.length) { this.#focus(there[Math.min(at, there.length - 1)]); return; }
    }
  }

  #shift(card, across, down) {
    if (!("mayMove" in this.dataset)) return;
    const column = card.closest(".deal-column");
    const next = across ? this.columns[this.columns.indexOf(column) + across] : column;
    const beside = down < 0 ? card.previousElementSibling : card.nextElementSibling;
    if (!next || (down && !beside)) { announce(this.dataset.stays.replace("{title}", this.#title(card))); return; }
    if (across) this.move(card, next, next.querySelector("li"));
    else this.move(card, next, down < 0 ? beside : beside.nextElementSibling);
  }

  #focus(card) {
    const link = card?.querySelector("a");
    link?.focus();
    link?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** One card of each column is in the order of the Tab key, the arrows reach the rest. */
  #rove(current = null) {
    for (const column of this.columns) {
      const cards = [...column.querySelectorAll("li")], chosen = cards.includes(current) ? current : cards[0];
      for (const card of cards) card.querySelector("a").tabIndex = card === chosen ? 0 : -1;
    }
  }

  // Dragging

  _dragstart(event, card) {
    if (!card) return;
    this.#dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.#title(card));
    requestAnimationFrame(() => card.toggleAttribute("data-dragged", true));
  }

  _dragover(event) {
    const column = event.target.closest(".deal-column");
    if (!this.#dragged || !column) return;
    event.preventDefault();
    for (const each of this.columns) each.toggleAttribute("data-over", each === column);
  }

  _drop(event) {
    const column = event.target.closest(".deal-column"), card = this.#dragged;
    if (!card || !column) return;
    event.preventDefault();
    const below = [...column.querySelectorAll("li")].find((each) => {
      const { top, height } = each.getBoundingClientRect();
      return each !== card && event.clientY < top + height / 2;
    });
    this._dragend();
    this.move(card, column, below ?? null);
  }

  _dragend() {
    this.#dragged?.removeAttribute("data-dragged");
    this.#dragged = null;
    for (const each of this.columns) each.removeAttribute("data-over");
  }

  // Moving

  #menu(item) {
    const card = this.#chosen, column = item && this.querySelector(`#stage-${item.dataset.stage}`);
    this.#chosen = null;
    if (card && column) this.move(card, column, column.querySelector("li"));
  }

  /** Into a column, above `before` or at its end; won and lost ask why first. */
  move(card, column, before) {
    if (card === before) return;
    const isSame = card.closest(".deal-column") === column;
    if (!isSame && (column.dataset.kind === "won" || column.dataset.kind === "lost")) this.#ask(card, column);
    else this.#put(card, column, before, {});
  }

  #ask(card, column) {
    const dialog = document.getElementById(`close-${column.dataset.kind}`), form = dialog.querySelector("form");
    form.reset();
    this.#closing = { card, column };
    dialog.querySelector("p").textContent = this.#title(card);
    dialog.showModal();
    form.elements.reason.focus();
  }

  #close(form) {
    const { card, column } = this.#closing, { reason, note } = form.elements;
    this.#put(card, column, column.querySelector("li"), { reason: reason.value, note: note.value });
    form.closest("dialog").close();
  }

  #closed() {
    const card = this.#closing?.card;
    this.#closing = null;
    if (card) this.#focus(card);
  }

  #put(card, column, before, said) {
    const values = { stage: column.dataset.stage, ...said };
    if (before) values.before = before.dataset.id;
    else if (column.querySelector("li")) values.at_end = "1";
    column.querySelector("ol").insertBefore(card, before);
    column.querySelector(".column-empty")?.remove();
    this.#focus(card);
    const list = [...column.querySelectorAll("li")];
    const words = { title: this.#title(card), stage: column.dataset.name, place: list.indexOf(card) + 1, count: list.length };
    announce(this.dataset.moved.replace(/\{(\w+)\}/g, (_, name) => words[name]));
    this.#busy += 1;
    this.#posting = this.#posting.then(() => post(card.querySelector("a").pathname + "moves", values)).finally(() => {
      this.#busy -= 1;
      this.refresh();
    });
  }

  #title(card) { return card.querySelector(".name").textContent; }

  // What others do

  /** The columns as they are now; where the reader is on the board stays. */
  refresh() {
    clearTimeout(this.#timers.refresh);
    this.#timers.refresh = setTimeout(async () => {
      if (this.#isHeld) { this.refresh(); return; }
      const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
      if (!answer?.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("deal-columns"), old = document.getElementById("deal-columns");
      if (this.#isHeld) { this.refresh(); return; }
      if (!fresh || !old) return;
      this.#replace(old, fresh);
      const counts = page.querySelector(".stage-switch"), shown = document.querySelector(".stage-switch");
      if (counts && shown) shown.replaceChildren(...counts.children);
    }, GATHER);
  }

  /** A card is in somebody's hand: the columns stay as they are until it is put down. */
  get #isHeld() {
    return Boolean(this.#busy || this.#dragged || this.#closing || document.querySelector("#move-menu:popover-open"));
  }

  #replace(old, fresh) {
    const focused = this.contains(document.activeElement) ? document.activeElement.id : "";
    const scrolled = [...old.querySelectorAll("ol")].map((list) => list.scrollTop);
    old.replaceChildren(...fresh.children);
    old.querySelectorAll("ol").forEach((list, number) => { list.scrollTop = scrolled[number] ?? 0; });
    const again = focused ? document.getElementById(focused) : null;
    this.#rove(again?.closest("li"));
    again?.focus({ preventScroll: true });
  }

  #listen() {
    this.#silence();
    if (document.hidden) return;
    this.#source = new EventSource(`/live?after=${encodeURIComponent(this.#last)}`);
    for (const name of NAMES) this.#source.addEventListener(name, (event) => this.#heard(event));
    this.#source.addEventListener("reset", (event) => { this.#last = event.lastEventId || this.#last; this.refresh(); });
  }

  #heard(event) {
    if (event.lastEventId) this.#last = event.lastEventId;
    let said;
    try { said = JSON.parse(event.data); } catch { return; }
    // What this page did is on it already.
    if (String(said.by) !== this.dataset.me || !this.#busy) this.refresh();
  }

  #silence() {
    this.#source?.close();
    this.#source = null;
  }

  #looked() {
    clearTimeout(this.#timers.sleep);
    if (document.hidden) this.#timers.sleep = setTimeout(() => this.#silence(), SLEEP_AFTER);
    else if (!this.#source) { this.#listen(); this.refresh(); }
  }
}

customElements.define("deal-board", DealBoard);

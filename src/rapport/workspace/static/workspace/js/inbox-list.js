// <inbox-list> keeps its rows true without moving what is being read or clicked: new rows wait behind a button
// unless the list is at its top and nobody points at it or works in it.
import { made, piece, settle } from "./fetching.js";

const TOP = 8, RETRY = 3000, OWN = 5000;
// A finger leaves no pointer behind: only a mouse can rest on a row.
const points = matchMedia("(hover: hover)");

class InboxList extends HTMLElement {
  #waiting = new Map();
  #gone = new Set();
  #asked = new Map();
  #own = new Map();

  connectedCallback() {
    this.rows.addEventListener("click", this);
    this.rows.addEventListener("scroll", this, { passive: true });
    this.addEventListener("pointerleave", this);
    this.addEventListener("focusout", this);
    this.button.addEventListener("click", () => this.showNew());
    const toggle = this.querySelector("#list-search-button"), form = this.querySelector("#list-search");
    toggle?.addEventListener("click", () => {
      form.hidden = !form.hidden;
      toggle.setAttribute("aria-expanded", String(!form.hidden));
      if (!form.hidden) form.querySelector("input[type=search]").focus();
    });
    document.addEventListener("htmx:afterSettle", this);
    document.addEventListener("htmx:historyRestore", this);
    this.markCurrent();
  }

  disconnectedCallback() {
    document.removeEventListener("htmx:afterSettle", this);
    document.removeEventListener("htmx:historyRestore", this);
  }

  get rows() { return this.querySelector("#rows"); }
  get button() { return this.querySelector("#new-rows"); }
  get page() { return this.closest("live-inbox").dataset; }
  get links() { return [...this.rows.querySelectorAll("li:not([hidden]) > .list-row")]; }
  get isNewestFirst() { return this.page.sort === "newest" && !this.page.query; }

  get isIdle() {
    const pointed = points.matches && this.matches(":hover");
    return this.rows.scrollTop < TOP && !pointed && !this.rows.contains(document.activeElement);
  }

  handleEvent(event) {
    if (event.type === "click") this.#mark(event.target.closest(".list-row"));
    else if (event.type.startsWith("htmx:")) { if (event.target.id === "conversation" || event.type === "htmx:historyRestore") this.markCurrent(); }
    else setTimeout(() => this.#settleWaiting(), 150);
  }

  /** The row of the open conversation is the current one, and read. */
  markCurrent() {
    const open = document.querySelector("conversation-thread")?.dataset.id;
    this.#mark(open ? this.rows.querySelector(`#row-${open} > .list-row`) : null);
  }

  #mark(link) {
    for (const other of this.rows.querySelectorAll(".list-row[aria-current]")) if (other !== link) other.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    link?.removeAttribute("data-unread");
  }

  /** Ask for one row and put it where it belongs. `own`: the reader did it, so it may move at once. */
  async refresh(id, { own = false } = {}) {
    // The live stream tells of the reader's own changes too.
    if (own) this.#own.set(id, Date.now() + OWN);
    const turn = (this.#asked.get(id) ?? 0) + 1;
    this.#asked.set(id, turn);
    if (this.page.query) return;
    const html = await piece(`${this.page.rows}/${id}?${this.page.place}`).catch(() => undefined);
    if (this.#asked.get(id) !== turn || !this.isConnected) return;
    if (html === undefined) { setTimeout(() => this.refresh(id, { own }), RETRY); return; }
    const row = this.rows.querySelector(`#row-${id}`), isOwn = own || this.#own.get(id) > Date.now();
    if (html === null) this.#left(row, id, isOwn);
    else this.#place(settle(made(html).firstElementChild), row, id, isOwn);
  }

  /** Everything may have changed: ask for the first page and go through it. */
  async catchUp() {
    if (this.page.query) return;
    const html = await piece(`${this.page.rows}?${this.page.place}`).catch(() => null);
    if (!html) return;
    const fresh = [...made(html).querySelectorAll("li[id^=row-]")];
    const present = new Set(fresh.map((row) => row.id));
    for (const row of fresh.reverse()) this.#place(settle(row), this.rows.querySelector(`#${row.id}`), row.id.slice(4), false);
    for (const row of this.rows.querySelectorAll("li[id^=row-]")) if (!present.has(row.id)) this.refresh(row.id.slice(4));
  }

  #left(row, id, own) {
    this.#waiting.delete(id);
    this.#count();
    if (!row) return;
    if (own || row.hidden || this.isIdle) this.takeOut(row);
    else { row.dataset.gone = ""; this.#gone.add(row); }
  }

  #place(fresh, row, id, own) {
    this.querySelector(".no-rows")?.remove();
    const isOpen = document.querySelector("conversation-thread")?.dataset.id === id;
    if (isOpen) { fresh.firstElementChild.setAttribute("aria-current", "true"); fresh.firstElementChild.removeAttribute("data-unread"); }
    if (row) {
      this.#gone.delete(row);
      const moves = this.isNewestFirst && this.isIdle && Number(fresh.dataset.at) > Number(row.dataset.at);
      const focused = row.contains(document.activeElement);
      if (moves) { row.remove(); this.#insert(fresh); } else row.replaceWith(fresh);
      if (focused) fresh.firstElementChild.focus();
      return;
    }
    if (this.isIdle || own) this.#insert(fresh);
    else if (this.isNewestFirst) { this.#waiting.set(id, fresh); this.#count(); }
  }

  #insert(fresh) {
    const older = this.rows.querySelector(":scope > .older");
    const at = Number(fresh.dataset.at);
    const rows = [...this.rows.querySelectorAll(":scope > li[id^=row-]")];
    const next = this.isNewestFirst ? rows.find((row) => Number(row.dataset.at) <= at) : undefined;
    if (next) next.before(fresh);
    // Past the last page that is loaded it is not ours to show yet.
    else if (!older) this.rows.append(fresh);
  }

  /** Remove a row; the focus, if it was here, goes to the next one. */
  takeOut(row) {
    const focused = row.contains(document.activeElement);
    const next = row.nextElementSibling?.querySelector(".list-row") ?? row.previousElementSibling?.querySelector(".list-row");
    row.remove();
    this.#gone.delete(row);
    if (focused) next?.focus();
    return next;
  }

  #count() {
    const count = this.#waiting.size, words = this.button.querySelector("span");
    this.button.hidden = !count;
    words.textContent = count === 1 ? words.dataset.one : words.dataset.many.replace("{n}", count);
  }

  showNew() {
    this.rows.scrollTop = 0;
    for (const fresh of this.#waiting.values()) this.#insert(fresh);
    this.#waiting.clear();
    this.#count();
    this.links[0]?.focus();
  }

  #settleWaiting() {
    if (!this.isIdle) return;
    for (const fresh of this.#waiting.values()) this.#insert(fresh);
    this.#waiting.clear();
    this.#count();
    for (const row of this.#gone) this.takeOut(row);
  }

  /** Move by one row: with the focus in the list the focus moves, else the next conversation opens. */
  step(by) {
    const links = this.links;
    if (!links.length) return;
    const inside = links.indexOf(document.activeElement);
    const current = links.findIndex((link) => link.hasAttribute("aria-current"));
    const from = inside >= 0 ? inside : current;
    const to = links[from < 0 ? 0 : Math.min(links.length - 1, Math.max(0, from + by))];
    to.focus();
    to.scrollIntoView({ block: "nearest" });
    if (inside < 0 && current >= 0 && to !== links[current]) to.click();
  }
}

customElements.define("inbox-list", InboxList);

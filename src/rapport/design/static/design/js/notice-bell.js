// <notice-bell> keeps its figure true, and brings what is new when it is opened. In the inbox the inbox's own stream
// tells of news; elsewhere it listens by itself while somebody can see the page.
import { headers } from "./posting.js";

class NoticeBell extends HTMLElement {
  #source = null;
  #timer = 0;

  connectedCallback() {
    this.badge = this.querySelector("[data-unread-count]");
    this.menu = this.querySelector("popover-menu");
    this.list = this.querySelector("[data-list]");
    this.menu.addEventListener("beforetoggle", (event) => { if (event.newState === "open") this.#bring(); });
    this.menu.addEventListener("click", (event) => { if (event.target.closest("[data-read-all]")) this.#readAll(); });
    for (const name of ["rapport:notified", "pagehide", "pageshow"]) window.addEventListener(name, this);
    document.addEventListener("visibilitychange", this);
    this.#listen();
  }

  disconnectedCallback() {
    for (const name of ["rapport:notified", "pagehide", "pageshow"]) window.removeEventListener(name, this);
    document.removeEventListener("visibilitychange", this);
    this.#close();
  }

  handleEvent({ type, persisted }) {
    if (type === "rapport:notified") this.#heard();
    else if (type === "pagehide") this.#close();
    else if (type === "pageshow") { if (persisted) this.#wake(); }
    else if (document.hidden) this.#timer = setTimeout(() => this.#close(), 30_000);
    else { clearTimeout(this.#timer); if (!this.#source) this.#wake(); }
  }

  #wake() { this.#listen(); this.#heard(); }

  #listen() {
    if (document.querySelector("live-inbox") || document.hidden) return;
    this.#close();
    this.#source = new EventSource("/live");
    this.#source.addEventListener("Notified", () => this.#heard());
  }

  #close() {
    this.#source?.close();
    this.#source = null;
  }

  async #heard() {
    const said = await fetch(this.dataset.count, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    if (!said) return;
    this.badge.textContent = said.unread;
    this.badge.hidden = !said.unread;
    if (this.menu.matches(":popover-open")) this.#bring();
  }

  async #bring() {
    const answer = await fetch(this.dataset.list, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    this.list.innerHTML = await answer.text();
    for (const item of this.list.querySelectorAll('[role="menuitem"]')) item.tabIndex = -1;
    this.#place();
    if (document.activeElement === this.menu) this.list.querySelector('[role="menuitem"]')?.focus();
  }

  /** Above the edge of the window, now that it is higher. */
  #place() {
    const over = this.menu.getBoundingClientRect().bottom + 6 - innerHeight;
    if (over > 0) this.menu.style.top = `${Math.max(6, parseFloat(this.menu.style.top) - over)}px`;
  }

  async #readAll() {
    await fetch(this.dataset.read, { method: "POST", headers: { ...headers(), "X-Requested-With": "bell" }, credentials: "same-origin" }).catch(() => null);
    this.#heard();
  }
}

customElements.define("notice-bell", NoticeBell);

// <live-inbox data-after> listens to /live and tells the list, the thread and the counts what changed. It resumes
// where the page was rendered, so nothing between the two is missed.
import { piece } from "./fetching.js";
import { heard } from "./people-here.js";
import { heard as heardOfVisitor } from "./visitor-here.js";

const NAMES = [
  "MessageArrived", "MessageWritten", "MessageChanged", "ChannelHappening", "MessageMoved", "ConversationMerged", "ConversationUnmerged", "NoteWritten", "ConversationAssigned", "ConversationClosed", "ConversationDeleted",
  "ConversationReopened", "ConversationJunked", "ConversationRestored", "ConversationSnoozed", "ConversationWoke", "ConversationTagged", "ConversationUntagged",
  "CallChanged", "PriorityChanged", "SubjectChanged", "ConversationFieldsChanged", "ConversationLinked", "ConversationUnlinked", "OrderLinked", "OrderUnlinked", "ConversationRated", "DueTimeChanged", "PromiseBroken",
];
const GATHER = 60, COUNT_AFTER = 250, SLEEP_AFTER = 30_000, SLOWEST = 15_000, MANY = 12;

class LiveInbox extends HTMLElement {
  #source = null;
  #last = "";
  #wait = 500;
  #ids = new Set();
  #messages = new Set();
  #moved = [];
  #timers = {};

  connectedCallback() {
    this.#last = this.dataset.after;
    document.addEventListener("visibilitychange", this);
    window.addEventListener("pagehide", this);
    window.addEventListener("pageshow", this);
    window.addEventListener("online", this);
    // Opening a conversation is reading it, which the badge of the rail counts.
    this.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "conversation") this.recount(); });
    this.#listen();
    // Saved views are counted after the page, since some filters take a while.
    if (document.querySelector("[data-uncounted]")) this.recount();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this);
    window.removeEventListener("pagehide", this);
    window.removeEventListener("pageshow", this);
    window.removeEventListener("online", this);
    this.#close();
    Object.values(this.#timers).forEach(clearTimeout);
  }

  get list() { return this.querySelector("inbox-list"); }
  get thread() { return this.querySelector("conversation-thread"); }

  handleEvent(event) {
    if (event.type === "pagehide") this.#close();
    else if (event.type === "online") this.#listen();
    else if (event.type === "pageshow") { if (event.persisted) this.#listen(); }
    // A browser allows few connections to one host: a page nobody looks at gives its own up.
    else if (document.hidden) this.#timers.sleep = setTimeout(() => this.#close(), SLEEP_AFTER);
    else { clearTimeout(this.#timers.sleep); if (!this.#source) this.#listen(); }
  }

  #listen() {
    this.#close();
    const source = new EventSource(`${this.dataset.live}?after=${encodeURIComponent(this.#last)}`);
    this.#source = source;
    source.onopen = () => { heard(); heardOfVisitor(); this.#wait = 500; clearTimeout(this.#timers.lost); this.#lost(false); };
    source.onerror = () => {
      clearTimeout(this.#timers.lost);
      this.#timers.lost = setTimeout(() => this.#lost(true), 4000);
      // The browser tries again by itself, except after an answer that was not a stream.
      if (source.readyState === EventSource.CLOSED) this.#again();
    };
    for (const name of NAMES) source.addEventListener(name, (event) => this.#heard(event));
    source.addEventListener("Notified", (event) => { this.#heard(event); window.dispatchEvent(new Event("rapport:notified")); });
    source.addEventListener("Presence", (event) => heard(JSON.parse(event.data)));
    source.addEventListener("Visitor", (event) => heardOfVisitor(JSON.parse(event.data)));
    source.addEventListener("reset", (event) => { this.#last = event.lastEventId || this.#last; this.refreshAll(); });
  }

  #again() {
    this.#close();
    this.#timers.again = setTimeout(() => this.#listen(), this.#wait);
    this.#wait = Math.min(SLOWEST, this.#wait * 2);
  }

  #close() {
    clearTimeout(this.#timers.again);
    this.#source?.close();
    this.#source = null;
  }

  #lost(is) {
    const banner = this.querySelector(".reconnecting");
    if (banner) banner.hidden = !is;
  }

  #heard(event) {
    if (event.lastEventId) this.#last = event.lastEventId;
    let said;
    try { said = JSON.parse(event.data); } catch { return; }
    if (event.type === "CallChanged") window.dispatchEvent(new Event("rapport:call"));
    const [kind, id] = String(said.subject ?? "").split(":");
    if (kind !== "conversation") return;
    this.#ids.add(id);
    if (event.type === "MessageChanged") this.#messages.add(`${id} ${said.message}`);
    // There is nothing left to look at here. Whoever deleted it is on the way to the list already, and told there.
    if (event.type === "ConversationDeleted" && id === this.thread?.dataset.id && !this.thread.querySelector("reply-composer")?.isBusy) setTimeout(() => location.assign(location.pathname.replace(/\d+\/$/, "")), 1500);
    if (event.type === "MessageMoved") this.#moved.push(said);
    // Its messages are elsewhere or have others between them: what is written stays, since drafts are kept.
    if (/merged$/i.test(event.type) && id === this.thread?.dataset.id && String(said.by) !== this.dataset.me) window.htmx?.ajax("GET", location.href, "#conversation");
    clearTimeout(this.#timers.gather);
    this.#timers.gather = setTimeout(() => this.#flush(), GATHER);
  }

  #flush() {
    const ids = [...this.#ids], messages = [...this.#messages], moved = this.#moved;
    this.#moved = [];
    this.#ids.clear();
    this.#messages.clear();
    if (ids.length > MANY) this.list?.catchUp();
    else for (const id of ids) this.list?.refresh(id);
    const open = this.thread?.dataset.id;
    if (ids.includes(open)) this.thread.refresh();
    for (const said of moved) this.thread?.move(said);
    for (const [id, message] of messages.map((each) => each.split(" "))) if (id === open) this.thread.refreshMessage(message);
    this.recount();
  }

  refreshAll() {
    window.dispatchEvent(new Event("rapport:call"));
    this.list?.catchUp();
    this.thread?.refresh();
    this.recount();
  }

  /** Figures change in place, at most four times a second. */
  recount() {
    this.#timers.count ??= setTimeout(async () => {
      this.#timers.count = undefined;
      const said = await piece(this.dataset.counts).catch(() => null);
      if (!said) return;
      const figures = JSON.parse(said);
      for (const badge of document.querySelectorAll("[data-count]")) {
        if (!(badge.dataset.count in figures)) continue;
        const figure = figures[badge.dataset.count];
        if (badge.textContent !== figure) badge.textContent = figure;
        badge.hidden = !figure;
      }
    }, COUNT_AFTER);
  }
}

customElements.define("live-inbox", LiveInbox);

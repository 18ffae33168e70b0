// <conversation-thread> shows what is new in an open conversation, and stays where its reader is.
import { made, piece, send, settle, toast } from "./fetching.js";

const BOTTOM = 60, RETRY = 3000;

class ConversationThread extends HTMLElement {
  #unseen = 0;
  #running = false;
  #again = false;
  #timer = 0;
  #retry = 0;

  connectedCallback() {
    this.scroller = this.querySelector("#messages");
    this.button = this.querySelector("#new-messages");
    this.scroller.addEventListener("scroll", this, { passive: true });
    this.button.addEventListener("click", () => this.toBottom());
    this.addEventListener("click", this);
    this.addEventListener("rapport:sent", this);
    document.addEventListener("visibilitychange", this);
    this.querySelector("#snooze-until")?.setAttribute("min", localMinute());
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this);
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
  }

  get items() { return this.querySelector("#items"); }
  // The list grows upwards from its bottom, so zero is the newest message and earlier ones are below zero.
  get isAtBottom() { return this.scroller.scrollTop > -BOTTOM; }

  handleEvent(event) {
    if (event.type === "scroll") { if (this.isAtBottom) this.#count(0); }
    else if (event.type === "visibilitychange") { if (!document.hidden && this.#unread) this.#seen(); }
    else if (event.type === "rapport:sent") this.#sent(event.target.closest(".message"));
    else {
      const button = event.target.closest("[data-take-back]");
      if (button) this.#takeBack(button);
    }
  }

  /** Ask what is new after what is shown. One question at a time; another asked meanwhile follows. */
  async refresh() {
    if (this.#running) { this.#again = true; return; }
    this.#running = true;
    const { news, lastMessage, lastEvent, lastDay } = this.dataset;
    const html = await piece(`${news}?message=${lastMessage}&event=${lastEvent}&day=${lastDay}`).catch(() => undefined);
    if (html && this.isConnected) this.#bring(made(html));
    // What could not be asked is asked again: nothing else may happen here for a long time.
    if (html === undefined) { clearTimeout(this.#retry); this.#retry = setTimeout(() => this.refresh(), RETRY); }
    this.#running = false;
    if (this.#again) { this.#again = false; this.refresh(); }
  }

  #bring(fresh) {
    const items = fresh.querySelector("#items");
    for (const name of ["lastMessage", "lastEvent"]) if (Number(items.dataset[name])) this.dataset[name] = items.dataset[name];
    if (items.dataset.lastDay) this.dataset.lastDay = items.dataset.lastDay;
    const added = this.add([...items.children]);
    const incoming = added.filter((item) => item.dataset.direction === "in").length;
    if (incoming && !this.isAtBottom) this.#count(this.#unseen + incoming);
    if (incoming) this.#seen();
    for (const id of ["thread-head", "thread-tools", "thread-menus", "promises", "conversation-orders"]) this.#replace(id, fresh);
  }

  /** Put messages at the end, each once, without moving a reader who has scrolled up. */
  add(nodes) {
    const stays = this.isAtBottom ? null : this.#topmost();
    const before = stays?.getBoundingClientRect().top;
    const added = [];
    for (const node of nodes) {
      const present = node.id && document.getElementById(node.id);
      if (present) continue;
      this.items.append(settle(node));
      added.push(node);
    }
    if (stays) this.scroller.scrollTop += stays.getBoundingClientRect().top - before;
    return added;
  }

  #topmost() {
    const top = this.scroller.getBoundingClientRect().top;
    return [...this.items.children].find((item) => item.getBoundingClientRect().bottom > top);
  }

  #replace(id, fresh) {
    const old = document.getElementById(id), next = fresh.querySelector(`#${id}`);
    // Nothing that is open or being used is taken from under the pointer, nor a button whose answer is on its way:
    // htmx would tell nobody of it.
    const isUsed = this.querySelector(".thread-menus :popover-open, .htmx-request") || old?.contains(document.activeElement);
    if (!old || !next || isUsed) return;
    if (old.outerHTML === next.outerHTML) return;
    old.replaceWith(settle(next));
  }

  /** One message as it stands now: sent, failed, taken back. */
  async refreshMessage(id) {
    const shown = document.getElementById(`message-${id}`);
    if (!shown) return;
    const html = await piece(`/messages/${id}/`).catch(() => undefined);
    const now = document.getElementById(`message-${id}`);
    if (html === undefined) setTimeout(() => this.refreshMessage(id), RETRY);
    if (html === undefined || !now) return;
    if (html === null) now.remove();
    else this.#exchange(now, made(html).firstElementChild);
  }

  #exchange(old, fresh) {
    const { state, reach, version } = fresh.dataset, isSame = old.dataset.version === version;
    if (isSame && old.dataset.state === state && old.dataset.reach === reach) return;
    // Whoever is changing its words is not disturbed; the answer to that brings everything.
    if (old.querySelector(".words-form")) return;
    if (!isSame) return old.replaceWith(settle(fresh));
    const footer = old.querySelector(":scope > footer"), next = fresh.querySelector(":scope > footer");
    old.dataset.state = state ?? "";
    old.dataset.reach = reach ?? "";
    const answers = ":scope > header .message-answers", tools = fresh.querySelector(answers);
    // Once it was sent it may be changed.
    if (tools && !old.querySelector(answers)) old.querySelector(":scope > header > time").before(tools);
    // Only what changed: replacing it all would load a mail's frame again.
    if (footer && next) footer.replaceWith(next);
    else if (next) old.append(next);
    else footer?.remove();
    settle(old);
  }

  /** Messages went from one conversation to another; this one may be either. */
  async move({ messages, origin, destination }) {
    const here = Number(this.dataset.id);
    if (here === origin) for (const id of messages) document.getElementById(`message-${id}`)?.remove();
    if (here === destination) for (const id of messages) await this.#bringIn(id);
  }

  async #bringIn(id) {
    if (document.getElementById(`message-${id}`)) return;
    const html = await piece(`/messages/${id}/`).catch(() => null);
    if (!html || !this.isConnected || document.getElementById(`message-${id}`)) return;
    const shown = [...this.items.querySelectorAll(".message")];
    const next = shown.find((message) => Number(message.id.slice(8)) > id);
    // What is older than everything shown comes with the earlier ones.
    if (next && next === shown[0] && this.querySelector(".earlier")) return;
    const node = settle(made(html).querySelector(".message"));
    if (next) next.before(node); else this.items.append(node);
  }

  /** The time to undo has passed; the server says by an event what came of it, or is asked after a while. */
  #sent(message) {
    message?.querySelector("[data-take-back]")?.remove();
    clearTimeout(this.#timer);
    if (message) this.#timer = setTimeout(() => this.refreshMessage(message.id.slice(8)), 5000);
  }

  async #takeBack(button) {
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    const message = button.closest(".message");
    const answer = await send(button.dataset.takeBack, { method: "DELETE" });
    if (answer?.ok) {
      const said = await answer.json();
      message.remove();
      const back = () => this.querySelector("reply-composer")?.restore(said);
      if (button.dataset.drops) toast(button.dataset.drops, "done", { label: button.dataset.undo, run: back });
      else back();
      return;
    }
    button.ariaDisabled = null;
    toast(answer ? await answer.text() : this.querySelector("reply-composer").dataset.failed, "error");
    this.refreshMessage(message.id.slice(8));
  }

  toBottom() {
    this.scroller.scrollTop = 0;
    this.#count(0);
    this.scroller.focus();
  }

  #count(unseen) {
    this.#unseen = unseen;
    const words = this.button.querySelector("span");
    this.button.hidden = !unseen;
    words.textContent = unseen === 1 ? words.dataset.one : words.dataset.many.replace("{n}", unseen);
  }

  #unread = false;

  #seen() {
    this.#unread = document.hidden;
    if (!document.hidden) send(this.dataset.seen);
  }

  /** Go to the next or previous message with the focus. */
  step(by) {
    const messages = [...this.items.querySelectorAll(".message")];
    if (!messages.length) return;
    const at = messages.indexOf(document.activeElement.closest?.(".message"));
    const to = messages[at < 0 ? messages.length - 1 : Math.min(messages.length - 1, Math.max(0, at + by))];
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  }
}

function localMinute() {
  const now = new Date();
  return new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

customElements.define("conversation-thread", ConversationThread);

// <reply-composer> is where a reply, a forward, a note or a first letter is written. What was written is never lost: it
// is kept while it is written, and comes back when it could not be sent or was taken back.
import { ask, sightAfter, sightOf } from "./collision.js";
import { Draft, fieldsOf } from "./drafts.js";
import { takeFiles } from "./dropping.js";
import { send, toast } from "./fetching.js";
import { LinkRow } from "./link-row.js";
import { sayMacKeys } from "./mac-keys.js";
import { showPending, showSent } from "./pending.js";
import { wrote, wroteAll } from "./people-here.js";
import { QuotedPart } from "./quoted-part.js";
import { Recipients } from "./recipients.js";
import { Uploads } from "./uploads.js";
import { Ways } from "./ways.js";
import { Writing } from "./writing.js";

class ReplyComposer extends HTMLElement {
  #about = null;
  #answers = "reply";
  #signature = "";
  #loading = false;
  #sight = null;

  connectedCallback() {
    const { dataset } = this;
    this.start = JSON.parse(dataset.start);
    this.form = this.querySelector("form");
    this.error = this.querySelector(".composer-error");
    const changed = () => this.#changed();
    this.ways = new Ways({ composer: this, form: this.form, url: dataset.losses, said: () => this.said });
    this.ways.update(this.start.ways);
    this.recipients = new Recipients({ form: this.form, changed, sender: () => this.#sign() });
    this.writing = new Writing({
      box: this.form.elements.text, place: this.querySelector("[data-rich]"), tools: this.querySelector(".composer-tools"), isRich: "richText" in dataset,
      wantsPlain: this.start.mode === "note" || this.ways.isPlain, changed, asked: () => this.link.toggle(), files: (files) => this.#bring(files, true),
    });
    this.uploads = new Uploads({
      place: this.querySelector("[data-files]"), url: dataset.uploads, limit: () => this.#sender?.limit ?? Number(dataset.limit), changed, failed: (reason) => this.fail(reason),
      words: { tooLarge: dataset.tooLarge, tooMany: dataset.tooMany, failed: dataset.failed, remove: dataset.remove },
      shown: (src, alt) => { this.writing.rich?.picture(src, alt); this.#changed(); },
    });
    this.link = new LinkRow({ place: this.querySelector(".link-row"), writing: this.writing });
    this.quote = new QuotedPart({ place: this.querySelector("[data-quote]"), changed, edited: (html) => this.writing.rich?.append(html) });
    const state = this.querySelector("[data-state]");
    this.draft = new Draft({
      key: dataset.key, url: dataset.draft, keptAt: Number(dataset.draftAt ?? 0), fields: (said) => fieldsOf(said, this.recipients, { isDraft: true }),
      kept: (is) => { state.textContent = is ? state.dataset.kept : ""; },
    });
    this.#load(this.start);
    const found = this.draft.found();
    if (found) this.#load({ ...found, has_quote: found.quote }, { isStart: false });
    this.#listen();
    sayMacKeys(this);
    this.writing.ready.catch(() => toast(dataset.plainOnly));
    if (!this.thread) this.recipients.fields.to?.input.focus();
  }

  disconnectedCallback() {
    window.removeEventListener("pagehide", this);
    this.thread?.removeEventListener("click", this);
    this.news?.disconnect();
    this.draft.flush(() => this.said);
    this.writing.destroy();
  }

  get thread() { return this.closest("conversation-thread"); }
  get mode() { return this.form.dataset.mode; }
  get text() { return this.writing.field; }
  get #takesFiles() { return this.mode !== "note" && this.ways.way.attachments; }
  get isBusy() { return !this.writing.isEmpty; }
  get #sender() {
    if (!this.ways.isUsual) return this.ways.way;
    return this.start.senders.find(({ address }) => address === this.recipients.said.sender) ?? this.start.senders[0];
  }
  get said() {
    const { writing, uploads, recipients } = this;
    const whom = recipients.said, files = uploads.files;
    const isChosen = !whom.isUsual && (whom.to.length || recipients.changedSubject) && (this.mode === "forward" || !this.thread);
    return { ...whom, sender: this.ways.sender || whom.sender, way: this.ways.sender, ...(this.#sight ?? sightOf(this.thread)), text: writing.text, html: writing.html, mode: this.mode, about: this.#about, quote: this.quote.has, files, isNothing: writing.isEmpty && !files.length && !isChosen };
  }

  #listen() {
    for (const name of ["submit", "input", "keydown", "click", "change"]) this.addEventListener(name, this);
    // A fast hand goes on writing: the cursor stays where it is while a button is pressed.
    this.addEventListener("mousedown", (event) => { if (event.target.closest("[data-command]")) event.preventDefault(); });
    takeFiles({ place: this, form: this.form, bring: (files) => this.#bring(files, false), wants: () => this.#takesFiles, isRich: () => Boolean(this.writing.rich) });
    window.addEventListener("pagehide", this);
    this.thread?.addEventListener("click", (event) => {
      const button = event.target.closest("[data-answer]");
      if (button && !this.contains(button)) this.answer(button.closest(".message").id.slice(8), button.dataset.answer);
    });
    this.news = new MutationObserver((changes) => { if (changes.some(({ addedNodes }) => [...addedNodes].some((node) => node.dataset?.direction === "in"))) this.#heard(); });
    if (this.thread) this.news.observe(this.thread.items, { childList: true });
  }

  handleEvent(event) {
    const act = {
      submit: () => { event.preventDefault(); this.submit("", event.target === this.form ? "" : event.target.elements.at.value); },
      input: () => { if (event.target === this.writing.box) this.#changed(); },
      keydown: () => this.#pressed(event),
      change: () => { if (event.target.type === "file") { this.#bring(event.target.files, "picture" in event.target.dataset); event.target.value = ""; } },
      pagehide: () => this.draft.flush(() => this.said),
      click: () => this.#clicked(event.target.closest("button")),
    };
    act[event.type]();
  }

  #pressed(event) {
    if (event.isComposing || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.submit();
  }

  #clicked(button) {
    if (!button) return;
    const { mode, then, attach, answer, command, sendAt, way } = button.dataset;
    if (mode) this.write(mode);
    else if (answer) this.answer(this.#about, answer);
    else if (way !== undefined) { button.closest("[popover]").hidePopover(); this.#goBy(way); }
    else if (sendAt) this.submit("", sendAt);
    else if (then !== undefined) this.submit(then);
    else if (attach !== undefined) this.querySelector(`input[type=file]${attach === "picture" ? "[data-picture]" : ":not([data-picture])"}`).click();
    else if (command === "link") this.link.toggle();
    else if (command) this.writing.command(command);
  }

  #bring(files, inText) {
    if (this.#takesFiles) this.uploads.add(files, { inText: inText && Boolean(this.writing.rich) });
  }

  /** Reply, note or forward, with the cursor in the text. */
  async write(mode) {
    if (mode === "forward") return this.answer(this.#about, mode);
    this.#setMode(mode === "note" ? "note" : this.#answers);
    this.writing.focus();
  }

  /** An answer to one message, or a forward of it; what is written already stays. */
  async answer(about, mode) {
    const answer = about ? await fetch(`/messages/${about}/answer?mode=${mode}`, { credentials: "same-origin" }).catch(() => null) : null;
    if (about && !answer?.ok) return toast(this.dataset.failed, "error");
    const start = about ? await answer.json() : { ...this.start, mode };
    for (const chip of this.uploads.chips) if (chip.dataset.passedOn) chip.remove();
    this.#address(start);
    this.uploads.restore(start.files, { passedOn: "1" });
    this.#changed();
    if (mode === "forward") this.recipients.show(true);
    else this.writing.focus();
  }

  #setMode(mode) {
    if (mode !== "note") this.#answers = mode;
    this.form.dataset.mode = mode;
    this.form.elements.mode.value = mode;
    const isNote = mode === "note";
    for (const button of this.querySelectorAll("button[data-mode]")) button.setAttribute("aria-pressed", String((button.dataset.mode === "note") === isNote));
    for (const item of this.querySelectorAll("[role=menuitemradio][data-answer]")) item.setAttribute("aria-checked", String(item.dataset.answer === mode));
    this.writing.box.placeholder = isNote ? this.dataset.noteHint : this.dataset.replyHint;
    this.querySelector("[data-rich]").style.setProperty("--hint", JSON.stringify(this.dataset.replyHint));
    if (isNote && this.thread) this.recipients.show(false);
    this.writing.plain(isNote || this.ways.isPlain);
    if (!this.#loading && !this.writing.isEmpty) this.#changed();
  }

  /** Whom it goes to, from where, and what it carries. */
  #address(start, { isStart = true } = {}) {
    this.#about = start.about;
    this.recipients.set(start, { isStart });
    this.ways.choose(start.way ?? "");
    this.ways.address(this.recipients, start);
    this.#setMode(start.mode);
    this.quote.set({ about: start.about, mode: start.mode === "note" ? this.#answers : start.mode, has: start.has_quote });
    this.#sign();
  }

  #load(said, { isStart = true } = {}) {
    this.#loading = true;
    this.#sight = said.after ? { after: said.after, closed: said.closed ?? sightOf(this.thread)?.closed } : null;
    this.uploads.clear();
    this.#address(said, { isStart });
    this.writing.set({ text: said.text ?? "", html: said.html, signature: block(this.#signature) });
    this.uploads.restore(said.files ?? []);
    this.error.hidden = true;
    this.#loading = false;
  }

  /** By another channel; what is written stays, as far as that one can carry it. */
  #goBy(sender) {
    this.ways.choose(sender, this.writing.html);
    this.ways.address(this.recipients, this.start);
    this.#setMode(this.mode === "note" ? this.#answers : this.mode);
    this.#sign();
    this.#changed();
    this.writing.focus();
  }

  #sign() {
    const before = this.#signature;
    this.#signature = (!this.ways.isPlain && this.#sender?.signature) || "";
    if (!this.#loading && before !== this.#signature) this.writing.sign(this.#signature, before);
  }

  /** Somebody wrote meanwhile: whoever did not choose whom to answer answers that. */
  async #heard() {
    if (!this.ways.way.copies) this.#sight = sightAfter(this.#sight, this.thread);
    if (!this.recipients.isUsual || !this.ways.isUsual || this.#answers === "forward") return;
    const answer = await fetch(this.dataset.usual, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || !this.recipients.isUsual) return;
    const start = await answer.json(), mode = this.mode;
    this.ways.update(start.ways);
    const hadQuote = this.quote.has || !this.#about;
    this.#address({ ...start, mode: mode === "note" ? mode : start.mode, has_quote: start.has_quote && hadQuote });
  }

  #changed() {
    if (this.#loading) return;
    this.error.hidden = true;
    this.writing.grow();
    // What its writer had before them is what was there when they began.
    if (this.writing.isEmpty) this.#sight = null;
    else this.#sight ??= sightOf(this.thread);
    if (this.thread) (this.writing.isEmpty ? wroteAll : wrote)(this.mode === "note" ? "" : this.ways.way.sender);
    this.ways.check(this.mode === "note");
    this.draft.changed(() => this.said);
  }

  async submit(then = "", sendAt = "") {
    await this.writing.ready.catch(() => null);
    if (this.uploads.pending) return this.fail(this.dataset.waiting);
    const isNote = this.mode === "note", problem = isNote || !this.ways.way.copies ? "" : this.recipients.settled();
    if (problem) return this.fail(problem);
    const said = this.said;
    if (this.writing.isEmpty && (isNote || (!said.files.length && said.mode !== "forward"))) return this.writing.focus();
    const body = fieldsOf(said, this.recipients);
    body.set("then", isNote ? "" : then); if (!this.#say("leaving", body)) return;
    if (sendAt && !isNote) body.set("send_at", sendAt);
    const pending = this.thread ? showPending(this, said) : null;
    if (pending) this.#empty();
    const answer = await send(this.form.action, { body, as: "composer" });
    if (answer?.status === 201) this.#say("left", answer);
    if (answer?.status === 201 && this.goes) { this.draft.forget(); return location.assign(this.goes); }
    if (answer?.status === 201) return pending ? showSent(this, pending, await answer.text(), answer.headers.has("X-Needed-Fields") ? "" : then) : (this.draft.forget(), location.assign(answer.headers.get("Location")));
    pending?.remove();
    if (pending) this.restore({ ...said, has_quote: said.quote });
    if (answer?.status === 409) return this.#ask(await answer.text(), then, sendAt);
    return this.fail(answer && answer.status < 500 && answer.headers.get("Content-Type")?.startsWith("text/plain") ? await answer.text() : this.dataset.failed);
  }

  /** Whoever adds to what is sent hears `composer:leaving`, with the form to be posted, and `composer:left`. */
  #say(what, detail) { return this.dispatchEvent(new CustomEvent(`composer:${what}`, { detail, cancelable: true })); }

  /** Others were faster: their messages are shown once, before this one goes after them. */
  async #ask(html, then, sendAt) {
    const { anyway, sight, action, goes } = await ask(html, this.writing.text);
    this.#sight = sight ?? this.#sight;
    // It was merged: what is written goes where the conversation went.
    if (action) { this.form.action = action; this.goes = goes; }
    if (anyway) return this.submit(then, sendAt);
    this.thread?.refresh();
    this.thread?.toBottom();
    return this.writing.focus();
  }

  #empty() {
    const { start, mode } = this, answers = start.mode === "reply_all" ? start.mode : "reply";
    this.draft.forget();
    wroteAll();
    this.#load({ ...start, text: "", html: "", files: [], bcc: [], after: null, mode: mode === "note" ? mode : answers, has_quote: start.can_quote, is_usual: true });
    this.querySelector("[data-state]").textContent = "";
    this.recipients.show(false);
    this.#heard();
    this.writing.focus();
  }

  /** Bring back what was taken back, in front of whatever was written since, with the cursor at its end. */
  restore(said) {
    const since = this.writing.isEmpty ? null : this.said;
    if (!since) this.#load({ ...said, newcomers: [] }, { isStart: false });
    else {
      this.#address({ ...said, newcomers: [] }, { isStart: false });
      this.writing.prepend(said.text, said.html);
      this.uploads.restore(said.files ?? []);
    }
    this.#changed();
    this.writing.focus();
  }

  fail(reason) {
    this.error.textContent = reason;
    this.error.hidden = false;
  }
}

function block(signature) {
  return signature ? `<div class="gmail_signature">${signature}</div>` : "";
}

customElements.define("reply-composer", ReplyComposer);

// <reply-composer> is where a reply or a note is written. What was typed is never lost: it is kept while it is written,
// and comes back when it could not be sent or was taken back.
import { Draft } from "./drafts.js";
import { made, send, settle } from "./fetching.js";
import { Uploads } from "./uploads.js";

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const MOST = 0.4;

class ReplyComposer extends HTMLElement {
  connectedCallback() {
    const { dataset } = this;
    this.form = this.querySelector("form");
    this.text = this.form.elements.text;
    this.error = this.querySelector(".composer-error");
    this.uploads = new Uploads({
      place: this.querySelector("[data-files]"), url: dataset.uploads, limit: Number(dataset.limit),
      words: { tooLarge: dataset.tooLarge, failed: dataset.failed, remove: dataset.remove },
      changed: () => this.#changed(), failed: (reason) => this.fail(reason),
    });
    const state = this.querySelector("[data-state]");
    this.draft = new Draft({
      key: dataset.key, url: dataset.draft, keptAt: Number(dataset.draftAt ?? 0),
      kept: (is) => { state.textContent = is ? state.dataset.kept : ""; },
    });
    this.#restoreFromDevice();
    this.#listen();
    if (isMac) this.#sayMacKeys();
    this.#grow();
  }

  disconnectedCallback() {
    window.removeEventListener("pagehide", this);
    this.draft.flush(() => this.said);
  }

  get mode() { return this.form.dataset.mode; }
  get said() { return { text: this.text.value, mode: this.mode, files: this.uploads.files }; }

  #listen() {
    for (const name of ["submit", "input", "keydown", "paste", "dragover", "dragleave", "drop", "click", "change"]) this.addEventListener(name, this);
    window.addEventListener("pagehide", this);
  }

  handleEvent(event) {
    const act = {
      submit: () => { event.preventDefault(); this.submit(); },
      input: () => { if (event.target === this.text) this.#changed(); },
      keydown: () => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) { event.preventDefault(); this.submit(); } },
      paste: () => this.#take(event, event.clipboardData?.files),
      drop: () => { this.form.toggleAttribute("data-over", false); this.#take(event, event.dataTransfer?.files); },
      dragover: () => { if (event.dataTransfer?.types.includes("Files")) { event.preventDefault(); this.form.toggleAttribute("data-over", true); } },
      dragleave: () => this.form.toggleAttribute("data-over", false),
      change: () => { if (event.target.type === "file") { this.uploads.add(event.target.files); event.target.value = ""; } },
      pagehide: () => this.draft.flush(() => this.said),
      click: () => this.#clicked(event.target.closest("button")),
    };
    act[event.type]();
  }

  #clicked(button) {
    if (!button) return;
    if (button.dataset.mode) this.write(button.dataset.mode);
    else if ("then" in button.dataset) this.submit(button.dataset.then);
    else if ("attach" in button.dataset) this.querySelector("input[type=file]").click();
    else if (button.matches(".addressees")) this.#showAddresses(button.ariaExpanded !== "true");
  }

  #take(event, files) {
    if (!files?.length || this.mode === "note") return;
    event.preventDefault();
    this.uploads.add(files);
  }

  #showAddresses(are) {
    this.querySelector(".addressees")?.setAttribute("aria-expanded", String(are));
    const fields = this.querySelector(".addresses");
    if (fields) { fields.hidden = !are; if (are) fields.querySelector("input").focus(); }
  }

  /** Reply or note, with the cursor in the text. */
  write(mode) {
    this.#setMode(mode);
    this.text.focus();
  }

  #setMode(mode) {
    this.form.dataset.mode = mode;
    this.form.elements.mode.value = mode;
    for (const button of this.querySelectorAll("[data-mode]:is(button)")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    this.text.placeholder = mode === "note" ? this.dataset.noteHint : this.dataset.replyHint;
    if (mode === "note") this.#showAddresses(false);
    if (this.text.value) this.#changed();
  }

  #changed() {
    this.error.hidden = true;
    this.#grow();
    this.draft.changed(() => this.said);
  }

  #grow() {
    this.text.style.blockSize = "auto";
    this.text.style.blockSize = `${Math.min(this.text.scrollHeight, innerHeight * MOST)}px`;
  }

  #restoreFromDevice() {
    const found = this.draft.found();
    if (!found || this.text.value === found.text) return;
    this.text.value = found.text;
    this.#setMode(found.mode === "note" ? "note" : "reply");
    this.uploads.restore(found.files ?? []);
  }

  async submit(then = "") {
    if (this.uploads.pending) return this.fail(this.dataset.waiting);
    const said = this.said;
    if (!said.text.trim() && !said.files.length) return this.text.focus();
    const body = new FormData(this.form);
    body.set("then", this.mode === "note" ? "" : then);
    body.delete("upload");
    // Addresses nobody touched are left to the server, which knows the newest ones.
    for (const name of ["to", "cc"]) if (body.get(name) === this.form.elements[name]?.dataset.usual && name === "to") body.delete(name);
    for (const file of this.mode === "note" ? [] : said.files) body.append("file", file.word);
    const pending = this.#showPending(said);
    this.#empty();
    const answer = await send(this.form.action, { body, as: "composer" });
    if (answer?.status === 201) return this.#sent(pending, await answer.text(), then);
    pending.remove();
    this.restore({ ...said, to: body.get("to"), cc: body.get("cc") });
    return this.fail(answer && answer.status < 500 && answer.headers.get("Content-Type")?.startsWith("text/plain") ? await answer.text() : this.dataset.failed);
  }

  #showPending(said) {
    const pending = this.querySelector("[data-pending]").content.firstElementChild.cloneNode(true);
    pending.querySelector(".text").textContent = said.text;
    if (said.mode === "note") pending.querySelector(".bubble").className = "note";
    const thread = this.closest("conversation-thread");
    thread.items.append(pending);
    thread.toBottom();
    this.text.focus();
    return pending;
  }

  #sent(pending, html, then) {
    const message = made(html).querySelector(".message");
    // The live stream may have been faster.
    if (document.getElementById(message.id)) pending.remove();
    else pending.replaceWith(settle(message));
    const inbox = this.closest("live-inbox"), id = this.closest("conversation-thread").dataset.id;
    this.closest("conversation-thread").refresh();
    inbox?.list.refresh(id, { own: then === "close" });
    inbox?.recount();
  }

  #empty() {
    this.draft.forget();
    this.text.value = "";
    this.uploads.clear();
    this.querySelector("[data-state]").textContent = "";
    this.#showAddresses(false);
    this.error.hidden = true;
    this.#grow();
  }

  /** Put text that came back in front of whatever was typed since, with the cursor at its end. */
  restore({ text, mode = "reply", files = [], to = null, cc = null }) {
    this.#setMode(mode);
    const since = this.text.value;
    this.text.value = since.trim() ? `${text}\n\n${since}` : text;
    this.uploads.restore(files);
    for (const [name, value] of Object.entries({ to, cc })) {
      const field = this.form.elements[name];
      if (field && value !== null) field.value = value;
    }
    this.#changed();
    this.text.focus();
    this.text.setSelectionRange(text.length, text.length);
    this.text.scrollTop = this.text.scrollHeight;
  }

  fail(reason) {
    this.error.textContent = reason;
    this.error.hidden = false;
  }

  #sayMacKeys() {
    const sends = this.querySelector("[data-send-key]"), close = this.querySelector("[data-close-key]");
    if (sends) sends.textContent = "⌘↵";
    if (close) close.textContent = "⌘⇧E";
  }
}

customElements.define("reply-composer", ReplyComposer);

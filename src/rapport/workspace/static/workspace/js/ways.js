// By which channel it goes: what that one cannot carry is hidden, and what would be lost on it is said.
import { send } from "./fetching.js";

const PATIENCE = 400;
const LETTER = { sender: "", is_usual: true, rich: true, copies: true, subject: true, attachments: true };

export class Ways {
  #ways = [];
  #way = LETTER;
  #lost = "";
  #timer = 0;
  #turn = 0;
  #isElsewhere = false;

  /** `said` answers what is written now. */
  constructor({ composer, form, url, said }) {
    Object.assign(this, { form, url, said, items: composer.querySelectorAll("[data-way]") });
    this.button = form.querySelector("[data-ways]");
    this.hint = form.querySelector("[data-way-hint]");
  }

  get way() { return this.#way; }
  get isPlain() { return !this.#way.rich; }
  get isUsual() { return this.#way === (this.#ways[0] ?? LETTER); }
  /** What stands for it in a form; nothing where one of the usual addresses is chosen. */
  get sender() { return this.isUsual && this.#way.copies ? "" : this.#way.sender; }

  update(ways) {
    if (ways?.length) this.#ways = ways;
    this.#way = this.#find(this.#way.sender);
  }

  /** `html` is what has been written so far, for a way that has no use for it. */
  choose(sender, html = "") {
    this.#way = this.#find(sender);
    if (this.#way.rich) this.#lost = "";
    else if (html) this.#lost = html;
    const { copies, attachments, session, is_over: isOver, templates } = this.#way;
    for (const [name, is] of [["data-plain", this.isPlain], ["data-no-copies", !copies], ["data-no-files", !attachments], ["data-elsewhere", !this.isUsual]]) this.form.toggleAttribute(name, is);
    this.#press();
    if (!this.hint) return;
    const said = this.hint.querySelector("[data-session]"), link = this.hint.querySelector("a");
    said.textContent = session;
    said.hidden = !session;
    this.hint.toggleAttribute("data-over", Boolean(isOver));
    if (link) { link.hidden = !templates; link.href = templates || ""; }
    this.#show([], "");
  }

  /** Another channel knows the customer by another address; back on the usual one, everybody is there again. */
  address(recipients, start) {
    if (!recipients.isUsual || !this.#way.copies || (this.isUsual && !this.#isElsewhere)) return;
    const to = this.isUsual ? {} : { to: [{ address: this.#way.address, name: "" }], cc: [], bcc: [], newcomers: [] };
    recipients.set({ ...start, ...to, is_usual: true }, { isStart: this.isUsual });
    this.#isElsewhere = !this.isUsual;
  }

  /** Something else is written now, or goes by another way. */
  check(isNote) {
    clearTimeout(this.#timer);
    const { text, files, cc, bcc, isNothing } = this.said(), { copies, max_length: longest } = this.#way;
    if (isNothing) this.#lost = "";
    const isTight = this.#lost || (files.length && !copies) || (cc.length + bcc.length && !copies) || (longest && text.length > longest);
    if (!isTight || isNote || !this.hint) return this.#show([], "");
    this.#timer = setTimeout(() => this.#ask(), PATIENCE);
  }

  #find(sender) { return this.#ways.find((way) => way.sender === sender) ?? this.#ways[0] ?? LETTER; }

  #press() {
    for (const item of this.items) {
      const is = item.dataset.way === this.#way.sender;
      item.setAttribute("aria-checked", String(is));
      if (is) this.button?.replaceChildren(...[...item.children].filter((child) => !child.matches(".where")).map((child) => child.cloneNode(true)), this.button.lastElementChild);
    }
  }

  async #ask() {
    const turn = ++this.#turn, { text, cc, bcc, files } = this.said(), body = new URLSearchParams({ sender: this.#way.sender, text, html: this.#lost });
    for (const [name, people] of Object.entries({ cc, bcc })) body.set(name, people.map(({ address }) => address).join(", "));
    for (const { word } of files) body.append("file", word);
    const answer = await send(this.url, { body });
    if (turn !== this.#turn || !answer?.ok) return;
    const { lost, refused } = await answer.json();
    this.#show(lost, refused);
  }

  #show(lost, refused) {
    if (!this.hint) return;
    if (!lost.length && !refused) this.#turn += 1;
    const said = this.hint.querySelector("[data-lost]"), { words } = said.dataset;
    const phrases = lost.length ? words.replace("{channel}", this.#way.label).replace("{what}", lost.join(", ")) : "";
    said.textContent = [phrases, refused].filter(Boolean).join(" ");
    said.hidden = !said.textContent;
    this.hint.hidden = said.hidden && !this.#way.session;
  }
}

// What is unfinished is kept on this device each second and on the server each five: words, people, files, everything.
import { send } from "./fetching.js";

const DEVICE = 1000, SERVER = 5000;

export class Draft {
  #device = 0;
  #server = 0;
  #sent = null;

  /** `fields` makes of what is said the form that the server keeps. */
  constructor({ key, url, keptAt, kept, fields }) {
    Object.assign(this, { key, url, keptAt, kept, fields });
  }

  /** What was begun on this device, when it is newer than what the server has. */
  found() {
    try {
      const said = JSON.parse(localStorage.getItem(this.key) ?? "null");
      return said && said.at > this.keptAt ? said : null;
    } catch { return null; }
  }

  changed(read) {
    this.#device ||= setTimeout(() => { this.#device = 0; this.#keepHere(read()); }, DEVICE);
    this.#server ||= setTimeout(() => { this.#server = 0; this.#keepThere(read()); }, SERVER);
  }

  /** Nothing more may be kept: the text has become a message. */
  forget() {
    this.#stop();
    this.#sent = null;
    localStorage.removeItem(this.key);
  }

  /** The page is left: what is not kept yet is kept now. */
  flush(read) {
    if (!this.#device && !this.#server) return;
    this.#stop();
    const said = read();
    this.#keepHere(said);
    this.#keepThere(said, true);
  }

  #stop() {
    clearTimeout(this.#device);
    clearTimeout(this.#server);
    this.#device = this.#server = 0;
  }

  #keepHere(said) {
    try {
      if (said.isNothing) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify({ ...said, at: Date.now() / 1000 }));
    } catch { /* A full or forbidden store: the server keeps it too. */ }
  }

  async #keepThere(said, keepalive = false) {
    const body = this.fields(said), now = body.toString();
    if (now === this.#sent) return;
    // A page that is left may send 64 kB at most; what is longer is on this device.
    const answer = await send(this.url, { body, keepalive: keepalive && now.length < 60_000 });
    if (answer?.ok) { this.#sent = now; this.kept(!said.isNothing); }
  }
}

/** The form that says all of it: what is sent, or what is kept of it on the server. */
export function fieldsOf(said, recipients, { isDraft = false } = {}) {
  const body = isDraft ? new URLSearchParams() : new FormData();
  const isRich = said.html && said.mode !== "note";
  const fields = { mode: said.mode, text: isRich && !isDraft ? "" : said.text, html: isRich ? said.html : "", about: said.about ?? "", quote: said.quote ? "1" : "0" };
  if (said.after !== undefined) Object.assign(fields, { after: said.after, closed: said.closed ? "1" : "0" });
  if (isDraft) Object.assign(fields, { subject: recipients.changedSubject, sender: said.way || recipients.changedSender });
  else if (said.mode !== "note") Object.assign(fields, { subject: said.subject, sender: said.sender });
  if (recipients.fields.to && !(isDraft && said.isUsual)) for (const name of ["to", "cc", "bcc"]) fields[name] = said[name].map(({ address }) => address).join(", ");
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  if (said.mode !== "note") for (const file of said.files) body.append("file", file.word);
  return body;
}

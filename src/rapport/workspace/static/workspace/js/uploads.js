// Files on their way: chosen, dropped or pasted, each a chip with its progress, and a word of the server's at the end.
// A picture that goes into the text is a chip only until it is there.
import { headers } from "../../design/js/posting.js";

const SHOWN = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export class Uploads {
  /** `limit` answers how many bytes a message may bring, `shown` puts a picture into the text. */
  constructor({ place, url, limit, words, changed, failed, shown }) {
    Object.assign(this, { place, url, limit, words, changed, failed, shown });
  }

  get chips() { return [...this.place.querySelectorAll(".chip")]; }
  get pending() { return this.chips.some((chip) => !chip.dataset.word); }
  get files() {
    return this.chips.filter((chip) => chip.dataset.word).map(({ dataset }) => ({ word: dataset.word, name: dataset.name, size: Number(dataset.size) }));
  }

  /** Refuses in words what would be too large, before any of it is sent. */
  add(files, { inText = false } = {}) {
    for (const file of files) {
      const limit = this.limit(), total = this.chips.reduce((sum, chip) => sum + Number(chip.dataset.size), file.size);
      const say = (words) => this.failed(words.replace("{name}", file.name).replace("{limit}", Math.floor(limit / 1024 / 1024)));
      if (file.size > limit) say(this.words.tooLarge);
      else if (total > limit) say(this.words.tooMany);
      else this.#upload(file, inText && SHOWN.has(file.type));
    }
  }

  /** Files that are on the server already. */
  restore(files, marks = {}) {
    for (const file of files) {
      const chip = this.#chip(file.name, file.size);
      Object.assign(chip.dataset, { word: file.word, ...marks });
      chip.querySelector(".progress").remove();
    }
  }

  clear() {
    for (const chip of this.chips) { chip.request?.abort(); chip.remove(); }
    this.place.hidden = true;
  }

  #chip(name, size) {
    const chip = document.createElement("span");
    chip.className = "chip";
    Object.assign(chip.dataset, { name, size });
    const label = Object.assign(document.createElement("span"), { className: "truncate", textContent: name });
    const progress = Object.assign(document.createElement("span"), { className: "progress" });
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×", ariaLabel: `${this.words.remove} ${name}` });
    remove.addEventListener("click", () => { chip.request?.abort(); chip.remove(); this.place.hidden = !this.chips.length; this.changed(); });
    chip.append(label, progress, remove);
    this.place.append(chip);
    this.place.hidden = false;
    return chip;
  }

  #upload(file, inText) {
    const chip = this.#chip(file.name || "file", file.size), request = new XMLHttpRequest(), body = new FormData();
    // fetch() cannot tell how far an upload got.
    chip.request = request;
    chip.inText = inText;
    body.append("upload", file, file.name || "file");
    request.upload.onprogress = (event) => chip.querySelector(".progress")?.style.setProperty("--v", (100 * event.loaded) / event.total);
    request.onload = () => this.#arrived(chip, request);
    request.onerror = () => this.#lost(chip, this.words.failed);
    request.open("POST", this.url);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.send(body);
  }

  #arrived(chip, request) {
    if (request.status !== 201) return this.#lost(chip, request.status < 500 && request.responseText.length < 300 ? request.responseText : this.words.failed);
    const said = JSON.parse(request.responseText);
    if (chip.inText) {
      chip.remove();
      this.place.hidden = !this.chips.length;
      return this.shown(`${this.url}${encodeURIComponent(said.word)}`, chip.dataset.name);
    }
    chip.dataset.word = said.word;
    chip.querySelector(".progress").remove();
    this.changed();
  }

  #lost(chip, reason) {
    chip.remove();
    this.place.hidden = !this.chips.length;
    this.failed(reason);
  }
}

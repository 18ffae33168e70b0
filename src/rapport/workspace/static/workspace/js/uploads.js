// Files on their way: chosen, dropped or pasted, each a chip with its progress, and a word of the server's at the end.
import { headers } from "../../design/js/posting.js";

export class Uploads {
  constructor({ place, url, limit, words, changed, failed }) {
    Object.assign(this, { place, url, limit, words, changed, failed });
  }

  get chips() { return [...this.place.querySelectorAll(".chip")]; }
  get pending() { return this.chips.some((chip) => !chip.dataset.word); }
  get files() {
    return this.chips.filter((chip) => chip.dataset.word).map(({ dataset }) => ({ word: dataset.word, name: dataset.name, size: Number(dataset.size) }));
  }

  add(files) {
    for (const file of files) {
      if (file.size > this.limit) this.failed(this.words.tooLarge.replace("{name}", file.name));
      else this.#upload(file);
    }
  }

  /** Files that are on the server already. */
  restore(files) {
    for (const file of files) {
      const chip = this.#chip(file.name, file.size);
      chip.dataset.word = file.word;
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

  #upload(file) {
    const chip = this.#chip(file.name || "file", file.size), request = new XMLHttpRequest(), body = new FormData();
    // fetch() cannot tell how far an upload got.
    chip.request = request;
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

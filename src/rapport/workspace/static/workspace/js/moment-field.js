// <moment-field data-url> says what was understood of the moment that is written in it, before it is used.
import { piece } from "./fetching.js";

class MomentField extends HTMLElement {
  #timer = 0;
  #turn = 0;

  connectedCallback() {
    this.field = this.querySelector("input");
    this.said = this.querySelector("output");
    this.field.addEventListener("input", () => this.#later());
    // Keys meant for the words must not walk through the menu around them.
    this.addEventListener("keydown", (event) => { if (event.key !== "Escape" && event.key !== "Tab") event.stopPropagation(); });
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), 150);
  }

  async #ask() {
    const words = this.field.value.trim(), turn = ++this.#turn;
    if (!words) return this.#show("", false);
    const answer = await piece(`${this.dataset.url}?words=${encodeURIComponent(words)}`).catch(() => null);
    if (!answer || turn !== this.#turn) return undefined;
    const { at, said } = JSON.parse(answer);
    return this.#show(said, !at);
  }

  #show(words, wrong) {
    this.said.textContent = words;
    this.said.toggleAttribute("data-wrong", wrong);
  }
}

customElements.define("moment-field", MomentField);

// <undo-send datetime data-seconds> shows how long a message still waits, in words and as a ring.
import { say } from "./words.js";

class UndoSend extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    this.#count();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  #count() {
    const left = Math.ceil((Date.parse(this.getAttribute("datetime")) - Date.now()) / 1000);
    if (Number.isNaN(left)) return;
    this.querySelector(".ring")?.style.setProperty("--v", Math.max(0, (100 * left) / Number(this.dataset.seconds || 10)));
    this.querySelector(".said").textContent = left > 0 ? say("sendingIn", { n: left }) : say("sending");
    if (left > 0) this.#timer = setTimeout(() => this.#count(), 1000);
    else this.dispatchEvent(new CustomEvent("rapport:sent", { bubbles: true }));
  }
}

customElements.define("undo-send", UndoSend);

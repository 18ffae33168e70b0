// <copy-button> around a button with `data-copy="text"`, or `data-copy-from="id"`: copies, and says so.
import { announce } from "./announcing.js";
import { say } from "./words.js";

class CopyButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  async handleEvent(event) {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copyFrom ?? "");
    await this.#copy(button.dataset.copy ?? source?.value ?? source?.textContent ?? "");
    announce(say("copied"));
    window.dispatchEvent(new CustomEvent("rapport:toast", { detail: { text: say("copied") } }));
  }

  async #copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // A server reached over plain http has no clipboard API.
    const area = Object.assign(document.createElement("textarea"), { value: text });
    this.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

customElements.define("copy-button", CopyButton);

// <signature-field> is where a signature is written, with names that are filled in when it is used.
import { LinkRow } from "./link-row.js";
import { Writing } from "./writing.js";

class SignatureField extends HTMLElement {
  connectedCallback() {
    const box = this.querySelector("textarea"), html = box.value;
    this.writing = new Writing({ box, place: this.querySelector("[data-rich]"), tools: this.querySelector(".composer-tools"), isRich: true, wantsPlain: false, changed: () => {}, asked: () => this.link.toggle(), files: () => {} });
    this.link = new LinkRow({ place: this.querySelector(".link-row"), writing: this.writing });
    // Until the editor is there the box holds the HTML itself.
    this.writing.set({ text: html, html });
    this.addEventListener("click", this);
    this.closest("form").addEventListener("submit", this);
  }

  disconnectedCallback() { this.writing.destroy(); }

  handleEvent(event) {
    if (event.type === "submit") { if (this.writing.rich) this.writing.box.value = this.writing.isEmpty ? "" : this.writing.html; return; }
    const button = event.target.closest("button");
    if (button?.dataset.command === "link") this.link.toggle();
    else if (button?.dataset.command) this.writing.command(button.dataset.command);
    else if (button?.dataset.variable) this.writing.insert(button.dataset.variable);
  }
}

customElements.define("signature-field", SignatureField);

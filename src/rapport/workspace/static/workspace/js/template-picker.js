// <template-picker> chooses one of the texts that a provider has approved, fills in its blanks and sends it.
import { send, toast } from "./fetching.js";

class TemplatePicker extends HTMLElement {
  connectedCallback() {
    for (const name of ["change", "input", "submit"]) this.addEventListener(name, this);
  }

  handleEvent(event) {
    if (event.type === "submit") { event.preventDefault(); this.#send(event.target); }
    else if (event.type === "input" && event.target.dataset.blank !== undefined) this.#draw(event.target.form);
    else if (event.type === "change" && event.target.matches("select")) this.#choose(Number(event.target.value));
  }

  #choose(number) {
    [...this.querySelectorAll("form")].forEach((form, at) => { form.hidden = at !== number; });
  }

  #draw(form) {
    const values = Object.fromEntries([...form.querySelectorAll("[data-blank]")].map(({ dataset, value }) => [dataset.blank, value.trim()]));
    const preview = form.querySelector("[data-preview]");
    preview.textContent = form.dataset.text.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (whole, blank) => values[blank] || whole);
  }

  async #send(form) {
    const button = form.querySelector("button"), error = form.querySelector("[role=alert]");
    button.disabled = true;
    const answer = await send(form.action, { body: new FormData(form), as: "composer" });
    button.disabled = false;
    error.hidden = true;
    if (answer?.status === 201) {
      this.closest("dialog")?.close();
      document.querySelector("conversation-thread")?.refresh();
      return;
    }
    error.textContent = answer?.status === 422 ? await answer.text() : this.dataset.failed;
    error.hidden = false;
    if (!answer) toast(this.dataset.failed, "error");
  }
}

customElements.define("template-picker", TemplatePicker);

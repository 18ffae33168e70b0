// <task-later> asks until when: a link with `data-later`, the address to tell, opens its dialog. Without scripts the
// link leads to the task, where the day can be changed too.
import { post } from "../../design/js/posting.js";

class TaskLater extends HTMLElement {
  #address = "";

  connectedCallback() {
    document.addEventListener("click", this);
    this.addEventListener("submit", this);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this);
  }

  get dialog() { return this.querySelector("dialog"); }

  handleEvent(event) {
    if (event.type === "submit") return this.#tell(event);
    const link = event.target.closest?.("[data-later]");
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    this.#address = link.dataset.later;
    this.querySelector("[data-about]").textContent = link.dataset.title;
    this.querySelector("form").reset();
    this.dialog.showModal();
  }

  #tell(event) {
    event.preventDefault();
    const due = event.submitter?.value || this.querySelector("input[name=due]").value;
    if (!due) return;
    this.dialog.close();
    post(this.#address, { due });
  }
}

customElements.define("task-later", TaskLater);

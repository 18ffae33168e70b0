// <search-page> walks through what was found by the arrow keys, and says when the search could not be answered.
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

class SearchPage extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this);
    this.addEventListener("htmx:afterRequest", this);
    this.querySelector("[data-again]").addEventListener("click", () => this.form.requestSubmit());
  }

  get form() { return this.querySelector("form"); }
  get field() { return this.querySelector("input[type=search]"); }
  get results() { return [...this.querySelectorAll("[data-result]")]; }

  handleEvent(event) {
    if (event.type === "htmx:afterRequest") return this.#answered(event);
    const step = STEPS[event.key];
    if (!step || event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const results = this.results, at = results.indexOf(document.activeElement.closest("[data-result]"));
    if (at < 0 && document.activeElement !== this.field) return;
    event.preventDefault();
    if (at + step < 0) this.field.focus();
    else results[Math.min(at + step, results.length - 1)]?.focus();
  }

  /** The results of before stay where they are when there are no new ones. */
  #answered(event) {
    if (event.detail.elt !== this.form) return;
    this.querySelector(".search-failed").hidden = event.detail.successful || event.detail.xhr?.status === 401;
  }
}

customElements.define("search-page", SearchPage);

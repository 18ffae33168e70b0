// <live-count data-url> says how many customers the filter of the page means, while it is being built.
const REST = 350;

class LiveCount extends HTMLElement {
  #timer;
  #asked = 0;

  connectedCallback() {
    this.form = document.querySelector("form.filter-form");
    this.was = this.form?.elements.filter?.value;
    for (const name of ["input", "change", "click"]) this.form?.addEventListener(name, this);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    for (const name of ["input", "change", "click"]) this.form?.removeEventListener(name, this);
  }

  handleEvent() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), REST);
  }

  async #ask() {
    const { filter, csrfmiddlewaretoken } = this.form.elements;
    if (!filter || filter.value === this.was) return;
    this.was = filter.value;
    const number = ++this.#asked, body = new FormData();
    body.set("filter", filter.value);
    this.toggleAttribute("data-busy", true);
    const answer = await fetch(this.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": csrfmiddlewaretoken.value } }).catch(() => null);
    const html = answer?.ok ? await answer.text() : "";
    // What was changed meanwhile is asked for again: a late answer says nothing.
    if (number !== this.#asked) return;
    this.toggleAttribute("data-busy", false);
    if (html) this.firstElementChild.innerHTML = html;
  }
}

customElements.define("live-count", LiveCount);

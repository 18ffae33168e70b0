// <part-count data-url> says into how many messages of its provider the text of its form is cut, each of them paid for.
const REST = 250;

class PartCount extends HTMLElement {
  #timer;
  #asked = 0;

  connectedCallback() {
    this.closest("form").addEventListener("input", this);
    this.closest("form").addEventListener("click", this);
    this.handleEvent();
  }

  disconnectedCallback() { clearTimeout(this.#timer); }

  handleEvent() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), REST);
  }

  async #ask() {
    const form = this.closest("form");
    if (!form) return;
    const text = form.elements.text.value, number = ++this.#asked;
    if (!text.trim() || form.dataset.mode === "note") { this.textContent = ""; return; }
    const body = new FormData();
    body.set("text", text);
    const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
    const answer = await fetch(this.dataset.url, { method: "POST", body, headers }).catch(() => null);
    // What was typed meanwhile is asked again: an answer that is late says nothing.
    if (number === this.#asked) this.textContent = answer?.ok ? await answer.text() : "";
  }
}

customElements.define("part-count", PartCount);

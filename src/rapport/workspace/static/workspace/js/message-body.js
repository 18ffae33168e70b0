// <message-body> gives the sandboxed frame of a mail its own height, and shows remote pictures when asked.
class MessageBody extends HTMLElement {
  #observer = null;

  connectedCallback() {
    this.frame = this.querySelector("iframe");
    this.frame.addEventListener("load", () => this.#fit());
    this.#fit();
    this.querySelector("[data-show-images]")?.addEventListener("click", (event) => {
      event.target.closest("button").remove();
      this.frame.src = `${this.frame.getAttribute("src")}?images=1`;
    });
  }

  disconnectedCallback() {
    this.#observer?.disconnect();
  }

  #fit() {
    const body = this.frame.contentDocument?.body;
    if (!body) return;
    this.#observer?.disconnect();
    const measure = () => {
      const height = Math.ceil(body.getBoundingClientRect().height);
      if (height) this.frame.style.blockSize = `${height}px`;
    };
    this.#observer = new ResizeObserver(measure);
    this.#observer.observe(body);
    measure();
  }
}

customElements.define("message-body", MessageBody);

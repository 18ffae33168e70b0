// <message-body> gives the sandboxed frame of a mail its own height, and shows remote pictures when asked.
import { send } from "./fetching.js";

class MessageBody extends HTMLElement {
  #observer = null;

  connectedCallback() {
    this.frame = this.querySelector("iframe");
    this.frame.addEventListener("load", () => this.#fit());
    this.#fit();
    this.querySelector(".pictures")?.addEventListener("click", (event) => this.#choose(event.target.closest("button")));
  }

  disconnectedCallback() {
    this.#observer?.disconnect();
  }

  /** Show them here; with an address, and wherever this sender writes to this reader; or no longer. */
  #choose(button) {
    if (!button) return;
    const { showImages: always, hideImages: never } = button.dataset;
    if (always) send(always);
    if (never) send(never, { method: "DELETE" });
    const address = this.frame.getAttribute("src").replace("?images=1", "");
    this.frame.setAttribute("src", never ? address : `${address}?images=1`);
    button.closest(".pictures").remove();
    if (this.contains(document.activeElement) || document.activeElement === document.body) this.closest(".message")?.focus({ preventScroll: true });
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

/* <send-once> submits its form when somebody looks at the page, so that one click in a mail is enough.
   A mail scanner that fetches links runs no script and shows no page, and so answers nothing. */

class SendOnce extends HTMLElement {
  connectedCallback() {
    if (document.visibilityState === "visible") return this.send();
    document.addEventListener("visibilitychange", () => this.send(), { once: true });
  }

  send() {
    // Coming back with the back button shows the page again: that is no second answer.
    const [visit] = performance.getEntriesByType("navigation");
    if (this.sent || visit?.type === "back_forward") return;
    this.sent = true;
    this.querySelector("form").requestSubmit();
  }
}

customElements.define("send-once", SendOnce);

// <waiting-time datetime> keeps saying how long that was ago, once a minute for all of them together.
import { duration } from "../../design/js/time.js";

const shown = new Set();

class WaitingTime extends HTMLElement {
  connectedCallback() { shown.add(this); }
  disconnectedCallback() { shown.delete(this); }

  refresh() {
    const text = duration((Date.now() - Date.parse(this.getAttribute("datetime"))) / 1000);
    if (text && this.textContent !== text) this.textContent = text;
  }
}

customElements.define("waiting-time", WaitingTime);
setInterval(() => { if (!document.hidden) for (const element of shown) element.refresh(); }, 60_000);

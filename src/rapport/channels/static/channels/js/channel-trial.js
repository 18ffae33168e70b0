// <channel-trial>: tests a channel as it is set up and shows each step as it is done. Without it the page comes whole.
import { allOk, show } from "./check-list.js";

class ChannelTrial extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("[data-trial]");
    this.form.addEventListener("submit", (event) => this.test(event));
  }

  async test(event) {
    event.preventDefault();
    const place = this.querySelector(".trial");
    const list = place.querySelector(".check-list");
    const verdict = place.querySelector(".check-verdict");
    const button = this.form.querySelector("button");
    place.hidden = false;
    list.replaceChildren();
    verdict.textContent = "";
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: new FormData(this.form), headers: { "X-Only-Checks": "1" } });
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      await show(answer, list);
      verdict.textContent = allOk(list) ? this.dataset.passed : this.dataset.stopped;
    } catch (error) {
      console.info("connection test", error);
      verdict.textContent = this.dataset.failed;
    }
    button.disabled = false;
    button.removeAttribute("aria-busy");
    this.form.removeAttribute("data-busy");
    document.body.dispatchEvent(new Event("look-again"));
  }
}
customElements.define("channel-trial", ChannelTrial);

// <channel-form>: the form of a channel, which never loses what was typed.
//   data-test-url        takes the form and answers one <li> a step, as each is done
//   data-suggestion-url  guesses other fields from the address, without the network
// A field whose control has data-shown-when is hidden while that is not so: "name=value", "name=one|other",
// "a=1 and b=2", "a=1 or b=2", where "and" binds closer.
import { allOk, read, show } from "./check-list.js";

class ChannelForm extends HTMLElement {
  #suggested = {};

  connectedCallback() {
    this.form = this.querySelector("form");
    const test = this.form.querySelector("[data-test]");
    test.hidden = false;
    test.addEventListener("click", () => this.test(test));
    this.form.addEventListener("submit", (event) => this.save(event));
    this.form.addEventListener("change", (event) => this.changed(event.target));
    this.arrange();
  }

  changed(field) {
    if (field.name === "address") this.suggest(field.value.trim());
    this.arrange();
  }

  arrange() {
    for (const control of this.form.querySelectorAll("[data-shown-when]")) {
      control.closest(".field").hidden = !this.holds(control.dataset.shownWhen);
    }
  }

  holds(condition) {
    const isSo = (one) => {
      const [name, values] = one.split("=");
      return values.split("|").includes(this.value(name));
    };
    return condition.split(" or ").some((all) => all.split(" and ").every(isSo));
  }

  value(name) {
    return new FormData(this.form).get(name) ?? "";
  }

  async suggest(address) {
    if (!address.includes("@")) return;
    const answer = await fetch(`${this.dataset.suggestionUrl}?${new URLSearchParams({ address })}`).catch(() => null);
    if (!answer?.ok) return;
    const { hint = "", ...values } = await answer.json();
    for (const [name, value] of Object.entries(values)) this.fill(name, String(value));
    const place = this.form.querySelector(".suggestion-hint");
    place.textContent = hint;
    place.hidden = !hint;
    this.arrange();
  }

  fill(name, value) {
    const field = this.form.elements[name];
    // What a person typed, or is about to, stays; what was only suggested for another address gives way.
    const first = field?.defaultValue ?? [...(field?.options ?? [])].find((option) => option.defaultSelected)?.value;
    if (!field || field === document.activeElement || (field.value && field.value !== first && field.value !== this.#suggested[name])) return;
    field.value = value;
    this.#suggested[name] = value;
  }

  async test(button) {
    const card = this.form.querySelector(".checks-card");
    const list = card.querySelector(".check-list");
    const verdict = card.querySelector(".check-verdict");
    card.hidden = false;
    card.scrollIntoView({ block: "nearest" });
    list.replaceChildren();
    verdict.textContent = "";
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
    this.say([]);
    try {
      const answer = await fetch(this.dataset.testUrl, { method: "POST", body: new FormData(this.form) });
      if (answer.status === 422) {
        card.hidden = true;
        this.say(read(await answer.text()));
      } else {
        if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
        await show(answer, list);
        verdict.textContent = allOk(list) ? this.dataset.passed : this.dataset.stopped;
      }
    } catch (error) {
      console.info("connection test", error);
      verdict.textContent = this.dataset.failed;
    }
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }

  async save(event) {
    event.preventDefault();
    this.say([]);
    try {
      const answer = await fetch(location.href, { method: "POST", body: new FormData(this.form), headers: { "X-Only-Errors": "1" } });
      const next = answer.headers.get("X-Go-On");
      if (next) location.assign(next);
      else if (answer.status === 422) this.say(read(await answer.text()));
      else throw new Error(`the server answered ${answer.status}`);
    } catch (error) {
      console.info("save", error);
      this.say([Object.assign(document.createElement("p"), { className: "error", textContent: this.dataset.failed })]);
    }
  }

  // Errors sit under their fields; what was typed is not touched.
  say(errors) {
    for (const old of this.form.querySelectorAll(".error")) old.remove();
    for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    let first = null;
    for (const error of errors) {
      const field = error.dataset.for ? document.getElementById(error.dataset.for) : null;
      (field?.closest(".field") ?? this.form).append(error);
      field?.setAttribute("aria-invalid", "true");
      field?.setAttribute("aria-describedby", error.id);
      first ??= field;
    }
    first?.focus();
    this.form.removeAttribute("data-busy");
    for (const button of this.form.querySelectorAll("[aria-disabled]")) {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-busy");
    }
  }
}
customElements.define("channel-form", ChannelForm);

// The message that is answered or passed on, folded under what is written: it can be looked at, changed, or left out.
export class QuotedPart {
  #about = null;
  #mode = "reply";
  #has = false;

  constructor({ place, changed, edited }) {
    Object.assign(this, { place, changed, edited });
    this.frame = place.querySelector("iframe");
    this.toggle = place.querySelector("[data-quote-toggle]");
    place.addEventListener("click", (event) => this.#clicked(event.target.closest("button")));
    this.frame.addEventListener("load", () => this.#fit());
  }

  get has() { return this.#has; }

  set({ about, mode, has }) {
    const isSame = about === this.#about && mode === this.#mode;
    this.#about = about;
    this.#mode = mode;
    this.#has = Boolean(has && about);
    this.place.hidden = !this.#has;
    if (!isSame || !this.#has) this.#open(this.#has && mode === "forward");
  }

  get #url() { return `/messages/${this.#about}/quote?mode=${this.#mode}`; }

  #open(is) {
    this.toggle.setAttribute("aria-expanded", String(is));
    this.frame.hidden = !is;
    if (is && this.frame.getAttribute("src") !== this.#url) this.frame.src = this.#url;
  }

  #fit() {
    const body = this.frame.contentDocument?.body;
    if (body) this.frame.style.blockSize = `${Math.min(Math.ceil(body.getBoundingClientRect().height) + 4, innerHeight * 0.3)}px`;
  }

  async #clicked(button) {
    if (!button) return;
    if (button === this.toggle) return this.#open(this.toggle.getAttribute("aria-expanded") !== "true");
    if ("quoteEdit" in button.dataset) {
      const answer = await fetch(`${this.#url}&edit=1`, { credentials: "same-origin" }).catch(() => null);
      if (!answer?.ok) return;
      this.edited(await answer.text());
    }
    this.#has = false;
    this.place.hidden = true;
    this.changed();
  }
}

// The line in which the target of a link is typed.
export class LinkRow {
  constructor({ place, writing }) {
    Object.assign(this, { place, writing });
    this.input = place.querySelector("input");
    place.querySelector("button").addEventListener("click", () => this.#done(true));
    place.addEventListener("keydown", (event) => {
      if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      this.#done(event.key === "Enter");
    });
  }

  toggle() {
    this.place.hidden = !this.place.hidden;
    if (this.place.hidden) return this.writing.focus();
    this.input.value = this.writing.linked;
    this.input.focus();
    this.input.select();
  }

  #done(is) {
    this.place.hidden = true;
    if (is) this.writing.link(this.input.value.trim());
    else this.writing.focus();
  }
}

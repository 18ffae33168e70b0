// <filter-choices> narrows a list of buttons by what is typed; the arrows walk through it, Enter takes the first.
class FilterChoices extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input");
    this.field.addEventListener("input", () => this.#narrow());
    this.addEventListener("keydown", this);
    this.addEventListener("click", this);
    this.addEventListener("submit", this);
    const menu = this.closest("[popover]");
    // `toggle` comes a moment after the menu opened: whoever types fast would lose letters to it.
    this.field.autofocus = true;
    menu?.addEventListener("beforetoggle", (event) => { if (event.newState === "open") { this.field.value = ""; this.#narrow(); } });
    menu?.addEventListener("toggle", (event) => { if (event.newState === "open") this.field.focus(); });
    // The choices are fetched when the menu first opens, while its reader may be typing already.
    this.addEventListener("htmx:afterSwap", () => this.#narrow());
  }

  get choices() { return [...this.querySelectorAll("li:not([hidden]) > button")]; }

  #narrow() {
    const said = this.field.value.trim().toLowerCase();
    for (const item of this.querySelectorAll("li")) item.hidden = !item.matches(".loading") && !item.textContent.trim().toLowerCase().includes(said);
    const nothing = this.querySelector(".nothing");
    if (nothing) nothing.hidden = this.choices.length > 0 || this.querySelector(".loading") !== null;
  }

  handleEvent(event) {
    // A choice closes the menu; what it does is htmx's to send, from a button that stays in the page until then.
    if (event.type === "click") { if (event.target.closest("li > button")) this.#close(); return; }
    if (event.type === "submit") { if (event.target.querySelector("input").value.trim()) this.#close(); return; }
    const choices = this.choices, at = choices.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const to = at + (event.key === "ArrowDown" ? 1 : -1);
      (to < 0 ? this.field : choices[Math.min(to, choices.length - 1)])?.focus();
    } else if (event.key === "Enter" && event.target === this.field && choices.length && !this.#isNewName()) {
      event.preventDefault();
      this.#choose(choices[0]);
    } else if (event.key === "Enter" && event.target === this.field && !this.field.form) {
      event.preventDefault();
    }
    if (event.key !== "Escape" && event.key !== "Tab") event.stopPropagation();
  }

  /** Choices that have just arrived mean nothing to htmx until they are settled: a click before that would be lost. */
  #choose(choice) {
    if (choice.closest(".htmx-added")) this.addEventListener("htmx:afterSettle", () => choice.click(), { once: true });
    else choice.click();
  }

  /** In a form a name that is not in the list is a new one. */
  #isNewName() {
    const said = this.field.value.trim().toLowerCase();
    return Boolean(this.field.form) && said !== "" && !this.choices.some((choice) => choice.textContent.trim().toLowerCase() === said);
  }

  #close() {
    setTimeout(() => this.closest("[popover]")?.hidePopover(), 0);
  }
}

customElements.define("filter-choices", FilterChoices);

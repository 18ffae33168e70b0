import "./address-field.js";
// Whom it goes to, from which address and under which subject: the lines above the text.
export class Recipients {
  #isUsual = true;
  #usual = { subject: "", sender: "" };

  constructor({ form, changed, sender }) {
    Object.assign(this, { form, changed });
    this.place = form.querySelector(".addresses");
    this.summary = form.querySelector(".addressees");
    this.newcomers = form.querySelector("[data-newcomers]");
    this.from = form.elements.sender ?? null;
    this.subject = form.elements.subject ?? null;
    const fields = [...form.querySelectorAll("address-field")];
    for (const field of fields) { customElements.upgrade(field); field.begin(); }
    this.fields = Object.fromEntries(fields.map((field) => [field.dataset.name, field]));
    form.addEventListener("rapport:people", () => this.#touched());
    this.subject?.addEventListener("input", () => this.#touched());
    this.from?.addEventListener("change", () => { sender(this.from.value); this.#touched(); });
    this.place?.addEventListener("click", (event) => this.#clicked(event.target.closest("button")));
    this.summary?.addEventListener("click", () => this.show(this.summary.ariaExpanded !== "true"));
    this.newcomers?.addEventListener("click", (event) => this.#add(event.target.closest("button")));
  }

  get isUsual() { return this.#isUsual; }
  get said() {
    const people = Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.people]));
    return { to: [], cc: [], bcc: [], ...people, subject: this.subject?.value.trim() ?? "", sender: this.from?.value ?? "", isUsual: this.#isUsual };
  }
  get changedSubject() { return this.subject && this.subject.value.trim() !== this.#usual.subject ? this.subject.value.trim() : ""; }
  get changedSender() { return this.from && this.from.value !== this.#usual.sender ? this.from.value : ""; }

  /** What is typed becomes an address; answers what is wrong with one of them, in words. */
  settled() {
    for (const field of Object.values(this.fields)) field.commit();
    return Object.values(this.fields).map((field) => field.problem).find(Boolean) ?? "";
  }

  set({ to, cc, bcc, newcomers = [], subject, sender, isUsual, is_usual: usual = true }, { isStart = true } = {}) {
    for (const [name, people] of Object.entries({ to, cc, bcc })) if (this.fields[name]) this.fields[name].people = people ?? [];
    if (isStart) this.#usual = { subject, sender };
    if (this.subject) this.subject.value = subject;
    if (this.from && [...(this.from.options ?? [])].some((option) => option.value === sender)) this.from.value = sender;
    this.#isUsual = isUsual ?? usual;
    this.#sayNewcomers(newcomers);
    this.#reveal();
    this.#sayWhom();
  }

  show(are, { focus = true } = {}) {
    if (!this.place || !this.summary) return;
    this.summary.setAttribute("aria-expanded", String(are));
    this.place.hidden = !are;
    if (are && focus) this.fields.to?.input.focus();
  }

  #touched() {
    this.#isUsual = false;
    this.#sayWhom();
    this.changed();
  }

  #clicked(button) {
    const name = button?.dataset.reveal;
    if (!name) return;
    button.hidden = true;
    const row = this.place.querySelector(`[data-row="${name}"]`);
    row.hidden = false;
    row.querySelector("input").focus();
  }

  /** A line that says something is shown. */
  #reveal() {
    for (const row of this.place?.querySelectorAll("[data-row]") ?? []) {
      const name = row.dataset.row, says = name === "subject" ? !this.summary || this.changedSubject : this.fields[name]?.people.length;
      if (name === "to") continue;
      row.hidden = !says;
      this.place.querySelector(`[data-reveal="${name}"]`).hidden = Boolean(says);
    }
  }

  #sayWhom() {
    if (!this.summary) return;
    const { to, cc, bcc } = Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.people]));
    const everyone = [...to, ...cc, ...bcc].map((person) => person.name || person.address);
    const said = this.summary.querySelector("span");
    said.textContent = everyone.length ? said.dataset.to.replace("{people}", everyone.join(", ")) : said.dataset.nobody;
    said.title = [...to, ...cc, ...bcc].map((person) => person.address).join(", ");
  }

  #sayNewcomers(people) {
    if (!this.newcomers) return;
    const made = people.map(({ address, name }) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: `+ ${name || address}`, title: address });
      Object.assign(button.dataset, { address, name });
      return button;
    });
    this.newcomers.querySelector("span.chips").replaceChildren(...made);
    this.newcomers.hidden = !made.length;
  }

  #add(button) {
    if (!button) return;
    this.fields.cc.add([{ address: button.dataset.address, name: button.dataset.name }]);
    button.remove();
    this.newcomers.hidden = !this.newcomers.querySelector("button");
    this.#reveal();
  }
}

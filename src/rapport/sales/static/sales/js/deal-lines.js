// <deal-lines> has a list [data-rows], a <template> of one more row, [data-add] that puts it there and, in every row,
// [data-remove] that takes it out; [data-up] and [data-down] change places where there are such.
class DealLines extends HTMLElement {
  connectedCallback() { this.addEventListener("click", this); }

  disconnectedCallback() { this.removeEventListener("click", this); }

  get rows() { return this.querySelector("[data-rows]"); }

  handleEvent({ target }) {
    const row = target.closest("li");
    if (target.closest("[data-add]")) this.#add();
    else if (target.closest("[data-remove]")) this.#remove(row);
    else if (target.closest("[data-up]")) this.#place(row, row.previousElementSibling, target);
    else if (target.closest("[data-down]")) this.#place(row.nextElementSibling, row, target);
  }

  #add() {
    this.rows.append(this.querySelector("template").content.cloneNode(true));
    this.rows.lastElementChild.querySelector('input:not([type="hidden"])').focus();
  }

  #remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector('input:not([type="hidden"])') ?? this.querySelector("[data-add]")).focus();
  }

  #place(row, before, target) {
    if (!row || !before) return;
    before.before(row);
    target.closest("button").focus();
  }
}

customElements.define("deal-lines", DealLines);

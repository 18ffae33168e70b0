// <repeated-rows> has a list [data-rows], a <template> of one more row, [data-add] that puts it there and, in every
// row, [data-remove] that takes it out.
class RepeatedRows extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  get rows() { return this.querySelector("[data-rows]"); }

  handleEvent(event) {
    if (event.target.closest("[data-add]")) this.#add();
    else if (event.target.closest("[data-remove]")) this.#remove(event.target.closest("li"));
  }

  #add() {
    this.rows.append(this.querySelector("template").content.cloneNode(true));
    this.rows.lastElementChild.querySelector("input").focus();
  }

  #remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("input") ?? this.querySelector("[data-add]")).focus();
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("repeated-rows", RepeatedRows);

// <popover-menu popover role="menu"> opens beside its button, takes the arrows, and gives the focus back.
const GAP = 6;
let opener = null;

document.addEventListener("click", (event) => { opener = event.target.closest("[popovertarget]") ?? opener; }, true);

class PopoverMenu extends HTMLElement {
  #opener = null;

  connectedCallback() {
    this.addEventListener("toggle", this);
    this.addEventListener("keydown", this);
    this.addEventListener("click", this);
    for (const item of this.items) item.tabIndex = -1;
  }

  get items() {
    return [...this.querySelectorAll('[role^="menuitem"]')].filter((item) => !item.disabled && item.ariaDisabled !== "true");
  }

  handleEvent(event) {
    if (event.type === "toggle") this.#toggled(event.newState === "open");
    else if (event.type === "keydown") this.#pressed(event);
    else if (event.target.closest('[role="menuitem"]') && this.matches("[popover]")) this.hidePopover();
  }

  #toggled(open) {
    if (open) {
      this.#opener = opener?.getAttribute("popovertarget") === this.id ? opener : document.querySelector(`[popovertarget="${this.id}"]`);
      this.#opener?.setAttribute("aria-expanded", "true");
      for (const item of this.items) item.tabIndex = -1;
      this.#place();
      (this.items[0] ?? this).focus();
      return;
    }
    this.#opener?.setAttribute("aria-expanded", "false");
    // Focus that has gone elsewhere by itself, into a dialog say, is left there.
    if (document.activeElement === document.body || this.contains(document.activeElement)) this.#opener?.focus();
  }

  #pressed(event) {
    const items = this.items, at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined && items.length) {
      event.preventDefault();
      items.at(to % items.length).focus();
    } else if (event.key === "Tab" && this.matches(":popover-open")) {
      this.hidePopover();
    } else if (event.key.length === 1 && /\p{L}|\p{N}/u.test(event.key) && !event.metaKey && !event.ctrlKey && !event.altKey) {
      const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      rest.find((item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    }
    // Single keys of the page, J or E say, must not act behind an open menu.
    if (event.key !== "Escape") event.stopPropagation();
  }

  #place() {
    if (!this.#opener?.getClientRects().length) return;
    const button = this.#opener.getBoundingClientRect(), menu = this.getBoundingClientRect();
    const below = button.bottom + GAP + menu.height <= innerHeight;
    const top = below ? button.bottom + GAP : Math.max(GAP, button.top - GAP - menu.height);
    const wanted = this.dataset.align === "end" || button.left + menu.width > innerWidth ? button.right - menu.width : button.left;
    const left = Math.min(Math.max(GAP, wanted), innerWidth - menu.width - GAP);
    Object.assign(this.style, { position: "fixed", inset: "auto", top: `${top}px`, left: `${left}px` });
  }
}

customElements.define("popover-menu", PopoverMenu);

// <settings-nav>: the list scrolls, on a narrow screen as one line; this brings the current page into sight.
class SettingsNav extends HTMLElement {
  connectedCallback() {
    const list = this.firstElementChild;
    const current = this.querySelector("[aria-current]");
    if (!current) return;
    const place = current.getBoundingClientRect();
    const seen = list.getBoundingClientRect();
    list.scrollLeft += place.left - seen.left - (seen.width - place.width) / 2;
    list.scrollTop += place.top - seen.top - (seen.height - place.height) / 2;
  }
}
customElements.define("settings-nav", SettingsNav);

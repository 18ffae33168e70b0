// <settings-nav>: on a narrow screen the list is one line that scrolls; this brings the current page into sight.
class SettingsNav extends HTMLElement {
  connectedCallback() {
    const list = this.firstElementChild;
    const current = this.querySelector("[aria-current]");
    if (current) list.scrollLeft = current.offsetLeft - (list.clientWidth - current.offsetWidth) / 2;
  }
}
customElements.define("settings-nav", SettingsNav);

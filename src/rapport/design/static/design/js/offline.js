// <offline-banner> shows itself while the browser has no network.
class OfflineBanner extends HTMLElement {
  connectedCallback() {
    window.addEventListener("online", this);
    window.addEventListener("offline", this);
    this.handleEvent();
  }

  disconnectedCallback() {
    window.removeEventListener("online", this);
    window.removeEventListener("offline", this);
  }

  handleEvent() {
    this.hidden = navigator.onLine;
  }
}

customElements.define("offline-banner", OfflineBanner);

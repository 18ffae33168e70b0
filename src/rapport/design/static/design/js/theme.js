// <theme-switch action="..."> holds buttons with the values light, dark and system. The choice shows at once,
// is kept in a cookie for pages without an account, and is posted for the agent.
import { headers } from "./posting.js";

const YEAR = 365 * 24 * 3600;

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  handleEvent(event) {
    const button = event.target.closest("button[value]");
    if (button) this.choose(button.value);
  }

  choose(theme) {
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax`;
    for (const button of document.querySelectorAll("theme-switch button[value]")) {
      const chosen = String(button.value === theme);
      for (const state of ["aria-checked", "aria-pressed"]) if (button.hasAttribute(state)) button.setAttribute(state, chosen);
    }
    const action = this.getAttribute("action");
    if (action) fetch(action, { method: "POST", headers: headers(), body: new URLSearchParams({ theme }), keepalive: true }).catch(() => {});
  }
}

customElements.define("theme-switch", ThemeSwitch);

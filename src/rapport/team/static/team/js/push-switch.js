// <push-switch> lets this browser be pushed to, or no longer. Browsers ask their user first.
import { headers } from "../../design/js/posting.js";

class PushSwitch extends HTMLElement {
  async connectedCallback() {
    this.button = this.querySelector("button");
    this.words = this.querySelector("[data-said]");
    if (!("PushManager" in window && "serviceWorker" in navigator && "Notification" in window)) return this.#say("cannot");
    this.button.addEventListener("click", () => this.#turn());
    this.registration = await navigator.serviceWorker.register(this.dataset.worker, { scope: "/" }).catch(() => null);
    if (!this.registration) return this.#say("cannot");
    return this.#show();
  }

  async #show() {
    this.subscription = await this.registration.pushManager.getSubscription().catch(() => null);
    const isOn = Boolean(this.subscription) && this.dataset.known.split(" ").includes(this.subscription.endpoint);
    this.button.textContent = isOn ? this.dataset.turnOff : this.dataset.turnOn;
    this.button.hidden = false;
    this.isOn = isOn;
    this.#say(Notification.permission === "denied" ? "denied" : isOn ? "on" : "off");
  }

  #say(what) { this.words.textContent = this.dataset[what]; }

  async #turn() {
    this.button.disabled = true;
    await (this.isOn ? this.#off() : this.#on()).catch(() => this.#say("failed"));
    this.button.disabled = false;
  }

  async #on() {
    if (await Notification.requestPermission() !== "granted") return this.#say("denied");
    await (await this.registration.pushManager.getSubscription())?.unsubscribe();
    const subscription = await this.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(this.dataset.key) });
    const { endpoint, keys } = subscription.toJSON();
    const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth, label: nameOf(navigator) });
    const answer = await fetch(this.dataset.url, { method: "POST", headers: headers(), body });
    if (answer.ok) return location.reload();
    this.words.textContent = answer.status === 422 ? await answer.text() : this.dataset.failed;
    return subscription.unsubscribe();
  }

  async #off() {
    const { endpoint } = this.subscription;
    await this.subscription.unsubscribe();
    await fetch(`${this.dataset.url}?endpoint=${encodeURIComponent(endpoint)}`, { method: "DELETE", headers: headers() });
    location.reload();
  }
}

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function nameOf({ userAgent }) {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(userAgent)?.[1]?.replace("Edg", "Edge").replace("OPR", "Opera") ?? "Browser";
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(userAgent)?.[1] ?? "";
  return [browser, system].filter(Boolean).join(", ");
}

customElements.define("push-switch", PushSwitch);

// Small pieces of HTML and small writes, with the headers htmx would send.
import { headers } from "../../design/js/posting.js";

/** The HTML at an address, null when there is none (204, 404). Throws when the server could not be asked. */
export async function piece(url) {
  const answer = await fetch(url, { headers: { "X-Requested-With": "inbox" }, credentials: "same-origin" });
  if (answer.status === 204 || answer.status === 404) return null;
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status} ${url}`);
  return answer.text();
}

/** Elements made of HTML that the server rendered. */
export function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** A write; the answer whatever its status, null when the server was not reached. */
export function send(url, { method = "POST", body = undefined, keepalive = false, as = "inbox" } = {}) {
  return fetch(url, { method, body, keepalive, headers: { ...headers(), "X-Requested-With": as }, credentials: "same-origin" }).catch(() => null);
}

/** Bring in new content and let htmx see its attributes. */
export function settle(node) {
  window.htmx?.process(node);
  return node;
}

export function toast(text, kind = "done", action = null) {
  window.dispatchEvent(new CustomEvent("rapport:toast", { detail: { text, kind, action } }));
}

// A form is sent once: its button is busy until the answer is there. <submit-on-change> sends its form by itself.
const busy = (form, submitter, is) => {
  form.toggleAttribute("data-busy", is);
  if (!submitter) return;
  // Not `disabled`: that would drop the button's own name and value, and its focus.
  if (is) submitter.setAttribute("aria-disabled", "true");
  else submitter.removeAttribute("aria-disabled");
  if (is) submitter.setAttribute("aria-busy", "true");
  else submitter.removeAttribute("aria-busy");
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("data-busy")) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target || form.hasAttribute("data-repeatable")) return;
  busy(form, event.submitter, true);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form && event.detail.requestConfig.triggeringEvent?.type === "submit" && !form.hasAttribute("data-repeatable")) {
    busy(form, event.detail.requestConfig.triggeringEvent.submitter, true);
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) busy(form, event.detail.requestConfig.triggeringEvent?.submitter, false);
});

// Back from another page, the browser may show this one as it was left.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-busy]")) busy(form, form.querySelector("[aria-busy]"), false);
});

class SubmitOnChange extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.closest("form")?.requestSubmit());
  }
}

customElements.define("submit-on-change", SubmitOnChange);

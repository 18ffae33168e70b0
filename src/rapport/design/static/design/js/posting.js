// Posts as htmx would, with the page's own headers, so that answers may swap parts and trigger events.
export function headers() {
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
}

export async function post(url, values = {}) {
  if (window.htmx) {
    let failed = false;
    const fail = (event) => { if (event.detail.requestConfig?.path === url) failed = true; };
    const failures = ["htmx:responseError", "htmx:sendError", "htmx:timeout"];
    failures.forEach((name) => document.body.addEventListener(name, fail));
    await window.htmx.ajax("POST", url, { values, swap: "none", source: document.body }).catch(() => { failed = true; });
    failures.forEach((name) => document.body.removeEventListener(name, fail));
    return !failed;
  }
  const answer = await fetch(url, { method: "POST", headers: headers(), body: new URLSearchParams(values) }).catch(() => null);
  return Boolean(answer?.ok);
}

// What happened on the page comes into the timeline by itself. While a tab of it is being brought, news waits for the
// tab and is then asked for there: asking at once would end the tab's request, and the choice would be lost.
let isBringing = false, isStale = false;

const isTab = (element) => Boolean(element?.matches?.('[hx-target="#timeline"]'));

document.addEventListener("htmx:confirm", (event) => {
  if (event.target.id !== "timeline" || !isBringing) return;
  event.preventDefault();
  isStale = true;
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (isTab(detail.elt)) isBringing = true; });

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!isTab(detail.requestConfig?.elt)) return;
  isBringing = false;
  if (!isStale) return;
  isStale = false;
  document.body.dispatchEvent(new CustomEvent("rapport:timeline"));
});

// Going back from one part of a page to another, such as from the customer to the thread on a phone, changes nothing
// that the server knows: htmx would fetch the page again, and lay it over whatever the reader opened meanwhile.
const here = () => location.pathname + location.search;
let shown = here();

for (const name of ["htmx:pushedIntoHistory", "htmx:replacedInHistory"]) {
  document.addEventListener(name, () => { shown = here(); });
}
addEventListener("popstate", (event) => {
  if (here() === shown) event.stopImmediatePropagation();
  shown = here();
}, { capture: true });

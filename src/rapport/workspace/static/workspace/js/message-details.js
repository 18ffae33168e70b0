// The line of a message that says to whom it went opens what stands behind it: fetched once, when it is first asked for.
import { made, piece, settle } from "./fetching.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-details]");
  if (!button) return;
  const place = document.getElementById(button.getAttribute("aria-controls"));
  const opens = place.hidden;
  button.setAttribute("aria-expanded", String(opens));
  place.hidden = !opens;
  if (!opens || place.childElementCount) return;
  const html = await piece(button.dataset.details).catch(() => null);
  if (html) place.replaceChildren(made(html));
  if (html) settle(place);
  else { place.hidden = true; button.setAttribute("aria-expanded", "false"); }
});

// What forms of deals share: the list of customers that follows what is typed, and forms that are fetched into a dialog.
const WAIT = 180;
let timer = 0;

document.addEventListener("input", (event) => {
  const field = event.target;
  const form = field.closest?.("form[data-customers]");
  if (!form || field.name !== "customer") return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const url = `${form.dataset.customers}?q=${encodeURIComponent(field.value)}`;
    const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok && !answer.redirected) field.list.innerHTML = await answer.text();
  }, WAIT);
});

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("a[data-fetch-dialog]");
  if (!opener || event.metaKey || event.ctrlKey || event.shiftKey || !window.htmx) return;
  event.preventDefault();
  const dialog = document.getElementById(opener.dataset.fetchDialog);
  await window.htmx.ajax("GET", opener.href, { target: dialog.querySelector("[data-place]"), swap: "innerHTML" });
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[data-place] input:not([type=hidden])")?.focus();
});

// A button with `data-dialog="id"` opens that dialog, one with `data-close` closes the dialog it is in.
// The browser keeps the focus inside and gives it back to the button.
document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-dialog]");
  if (opens) document.getElementById(opens.dataset.dialog)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  // A click beside it closes it, where the browser does not know closedby="any".
  if (event.target.matches?.("dialog.dialog") && !("closedBy" in HTMLDialogElement.prototype)) event.target.close();
});

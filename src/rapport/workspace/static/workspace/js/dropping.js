// Files that are dropped on a composer, or pasted into its plain box.

/** `bring` takes them; `wants` says whether there is anything to bring them to. The editor sees to what is pasted there. */
export function takeFiles({ place, form, bring, wants, isRich }) {
  const over = (is) => form.toggleAttribute("data-over", is);
  const take = (event, files) => {
    if (!files?.length || !wants()) return;
    event.preventDefault();
    bring(files);
  };
  place.addEventListener("paste", (event) => { if (!isRich()) take(event, event.clipboardData?.files); });
  place.addEventListener("drop", (event) => { over(false); take(event, event.dataTransfer?.files); });
  place.addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files") && wants()) { event.preventDefault(); over(true); } });
  place.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) over(false); });
}

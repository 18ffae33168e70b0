// Lists that are no inbox: keys go from row to row. The link of the row has the focus, so that Enter opens it.
const ROWS = ".people tbody > tr:not(.older), .tasks-page .task-rows > .task-row";
const LINK = ".task-title, td a[href]";
let left = -1;

const all = () => [...document.querySelectorAll(ROWS)].filter((row) => row.checkVisibility?.() ?? true);

export const currentRow = () => document.activeElement?.closest?.(ROWS) ?? null;

export function stepRow(by) {
  const rows = all(), at = rows.indexOf(currentRow());
  focus(rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)]);
}

/** What this button of the row does; when the row then leaves the list, the one in its place has the focus. */
export function press(selector) {
  const row = currentRow(), button = row?.querySelector(selector);
  left = button ? all().indexOf(row) : -1;
  button?.click();
}

function focus(row) {
  row?.querySelector(LINK)?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (left < 0 || !event.target.matches?.("#task-heaps") || document.activeElement?.closest?.("dialog[open]")) return;
  const rows = all();
  focus(rows[Math.min(left, rows.length - 1)]);
  left = -1;
});

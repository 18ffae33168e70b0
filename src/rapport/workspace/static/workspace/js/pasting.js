// What other programs put on the clipboard, as the few things a letter needs.
const JUNK = "style, meta, title, link, script, xml, o\\:p, colgroup, iframe, object, form, input, button, svg";
const MARK = /^\s*(?:\(?(\d+|[a-z])[.)]|[·•o§▪–-])\s*/i;

/** The HTML of a paste: Word's lists made lists, styles and remote pictures gone. */
export function cleaned(html) {
  // A style sheet would be refused by the page's policy, aloud, even where nothing shows it.
  const bare = html.replace(/<!--\[if[\s\S]*?<!\[endif\]-->|<!\[(?:if|endif)[^>]*\]>|<style\b[\s\S]*?<\/style>/gi, "");
  const page = new DOMParser().parseFromString(bare, "text/html");
  lists(page);
  for (const node of page.querySelectorAll(JUNK)) node.remove();
  for (const image of page.querySelectorAll("img")) if (!/^\/(?:uploads|attachments)\//.test(image.getAttribute("src") ?? "")) image.remove();
  for (const node of page.querySelectorAll("[class], [style], [id]")) tidy(node);
  return page.body.innerHTML;
}

function tidy(node) {
  // What only a style says is said by an element: Google Docs and Gmail write bold text so.
  const { fontWeight, fontStyle, textDecorationLine } = node.style ?? {};
  const isText = node.matches("span, font") && node.textContent.trim();
  if (isText && (fontWeight === "bold" || Number(fontWeight) >= 600)) wrap(node, "strong");
  if (isText && fontStyle === "italic") wrap(node, "em");
  if (isText && textDecorationLine === "line-through") wrap(node, "s");
  // Google Docs wraps everything into a bold element that is not bold.
  if (node.matches("b, strong") && fontWeight === "normal") node.replaceWith(...node.childNodes);
  for (const name of ["class", "style", "id"]) node.removeAttribute(name);
}

function wrap(node, tag) {
  const inner = node.ownerDocument.createElement(tag);
  inner.append(...node.childNodes);
  node.append(inner);
}

/** Word says that a paragraph is a list's item by a style of its own. */
function lists(page) {
  let open = [];
  for (const item of page.querySelectorAll("p, h1, h2, h3, div")) {
    const style = item.getAttribute("style") ?? "", found = style.match(/mso-list:\s*l\d+\s+level(\d+)/i);
    if (!found) { if (item.tagName !== "DIV") open = []; continue; }
    const level = Number(found[1]);
    const marker = item.querySelector('[style*="mso-list:Ignore" i], [style*="mso-list: Ignore" i]');
    const said = (marker ?? item).textContent;
    marker?.remove();
    if (!marker && item.firstChild?.nodeType === 3) item.firstChild.textContent = item.firstChild.textContent.replace(MARK, "");
    open = open.slice(0, level);
    while (open.length < level) {
      const list = page.createElement(/^\s*\(?(?:\d+|[a-z])[.)]/i.test(said) ? "ol" : "ul");
      if (open.length && open.at(-1).lastElementChild) open.at(-1).lastElementChild.append(list);
      else item.before(list);
      open.push(list);
    }
    const entry = page.createElement("li");
    entry.append(...item.childNodes);
    open.at(-1).append(entry);
    item.remove();
  }
}

// Where we were included, what this browser keeps, and the words and small tools that every part uses.
const here = document.currentScript ?? document.querySelector("script[data-key][src*='widget.js']");
const KEY = here?.dataset.key, BASE = here && new URL(here.src).origin;
if (!KEY || window.Rapport?.isHere) return;

const SLOT = `rapport:${KEY}`;
// Everything that is only true of this page.
const S = { config: null, isOpen: false, screen: "", exchange: "", logs: new Map(), talks: [], files: new Map(), user: null, attributes: {}, standing: {}, typing: {}, there: {}, unread: 0, after: 0, prompt: null, mine: [], since: Date.now(), href: "" };
// What is kept in this browser: nothing before somebody opened the chat, answered or hid it, or agreed on the page.
let kept = {};
try { kept = JSON.parse(localStorage.getItem(SLOT)) ?? {}; } catch { /* a browser that keeps nothing */ }

function keep(changes) {
  Object.assign(kept, changes);
  try { localStorage.setItem(SLOT, JSON.stringify(kept)); } catch { /* kept for this page only */ }
}

function forget() {
  kept = {};
  try { localStorage.removeItem(SLOT); } catch { /* nothing was kept */ }
}

/** The page around us goes on whatever happens here. */
const calmly = (action) => (...given) => {
  try { const done = action(...given); return done?.catch ? done.catch(worry) : done; } catch (error) { worry(error); }
};
const worry = (error) => console.debug("Rapport:", error);

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
const t = (word, values = {}) => fill(S.config?.words[word] ?? word, values);
const uid = () => [...crypto.getRandomValues(new Uint8Array(12))].map((each) => each.toString(16).padStart(2, "0")).join("");
const language = () => S.config?.language ?? "en";
/** Dates and numbers as this browser writes them, if it speaks the language that we do. */
const locale = () => navigator.languages.find((each) => each.split("-")[0] === language().split("-")[0]) ?? language();

function inTime(seconds) {
  const [count, unit] = seconds < 5400 ? [Math.max(1, Math.round(seconds / 60)), "minute"] : seconds < 129600 ? [Math.round(seconds / 3600), "hour"] : [Math.round(seconds / 86400), "day"];
  return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(count);
}

function moment(iso) {
  const at = new Date(iso), isToday = at.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale(), isToday ? { timeStyle: "short" } : { weekday: "long", hour: "numeric", minute: "2-digit" }).format(at);
}

const megabytes = (bytes) => new Intl.NumberFormat(locale(), { style: "unit", unit: "megabyte", maximumFractionDigits: 0 }).format(bytes / 1048576);

const PATHS = {
  chat: "M4.5 6.5a2 2 0 0 1 2-2h11a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H11l-4.5 3.5v-3.5a2 2 0 0 1-2-2z",
  x: "M6.5 6.5l11 11M17.5 6.5l-11 11", down: "m7 10 5 5 5-5", back: "m14 7-5 5 5 5", send: "M12 19V5.5M6 11l6-6 6 6",
  clip: "m18.5 11.5-6.8 6.8a4 4 0 0 1-5.7-5.7l7.5-7.5a2.7 2.7 0 0 1 3.8 3.8l-7.4 7.4a1.3 1.3 0 0 1-1.9-1.9l6.8-6.8",
  book: "M12 7.2C10.4 5.8 8.2 5.2 4 5.2v12.6c4.2 0 6.4.6 8 2 1.6-1.4 3.8-2 8-2V5.2c-4.2 0-6.4.6-8 2zM12 7.2v12.6",
  spark: "M11 4.5c.7 4.1 2.4 5.8 6.5 6.5-4.1.7-5.8 2.4-6.5 6.5-.7-4.1-2.4-5.8-6.5-6.5 4.1-.7 5.8-2.4 6.5-6.5z",
  file: "M7 3.5h7l4 4v13H7zM14 3.5v4h4", search: "M10.5 5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM15 15l4.5 4.5",
  face1: "M8.8 16.2c.9-1.7 2-2.5 3.2-2.5s2.3.8 3.2 2.5M8.3 8.8l2 1.1M15.7 8.8l-2 1.1", face2: "M9 15.5c.8-1 1.8-1.5 3-1.5s2.2.5 3 1.5M9.5 10h.01M14.5 10h.01",
  face3: "M9 15h6M9.5 10h.01M14.5 10h.01", face4: "M9 14c.8 1 1.8 1.5 3 1.5s2.2-.5 3-1.5M9.5 10h.01M14.5 10h.01",
  face5: "M8.3 13h7.4c-.3 2.1-1.8 3.4-3.7 3.4s-3.4-1.3-3.7-3.4zM8.6 10.2c.3-.7 1.5-.7 1.8 0M13.6 10.2c.3-.7 1.5-.7 1.8 0",
};
const RING = "M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15z";

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS(svg.namespaceURI, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name] + (/^face|^smile/.test(name) ? RING : ""));
  svg.append(path);
  return svg;
}
PATHS.smile = PATHS.face4;

/** An element: `h("button.ghost", { onclick, "aria-label": "Send" }, icon("send"), "words")`. */
function h(what, given = {}, ...inside) {
  const [tag, ...classes] = what.split("."), element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), calmly(value));
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...inside.flat().filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

const iconButton = (what, name, label, onclick, given = {}) => h(`button.${what}`, { type: "button", "aria-label": label, title: label, onclick, ...given }, icon(name));

const heard = {};
const tellPage = (name, detail) => (heard[name] ?? []).forEach((listener) => calmly(listener)(detail));

// The frame: a host in the page, a shadow tree in it, the button, and what screen readers are told.
const host = document.createElement("div"), root = host.attachShadow({ mode: "open" });
host.id = "rapport-chat";
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
root.adoptedStyleSheets = [sheet];

const spoken = h("div.sr", { role: "status", "aria-live": "polite" });
const nudge = h("div.nudge", { hidden: true });
const badge = h("span.badge", { hidden: true, "aria-hidden": "true" });
const launcher = h("button.launcher", { type: "button", "aria-expanded": "false", "aria-controls": "panel", onclick: () => (S.isOpen ? shut() : open()) });
const panel = h("section.panel", { id: "panel", role: "dialog", hidden: true, tabindex: "-1" });

const announce = (words) => { spoken.textContent = words; };

/** Black or white, whichever can be read on the company's colour (WCAG relative luminance). */
function onColour(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

function frame() {
  const { config } = S;
  host.lang = config.language;
  host.dir = config.rtl ? "rtl" : "ltr";
  host.dataset.side = config.position;
  host.style.setProperty("--accent", config.colour);
  host.style.setProperty("--on-accent", onColour(config.colour));
  panel.setAttribute("aria-label", t("panel", { company: config.company }));
  root.append(panel, nudge, launcher, spoken);
  drawLauncher();
  document.body.append(host);
}

function drawLauncher() {
  const words = S.isOpen ? t("close") : t("launch");
  badge.hidden = !S.unread || S.isOpen;
  badge.textContent = S.unread;
  launcher.replaceChildren(icon(S.isOpen ? "down" : "chat"), badge);
  launcher.setAttribute("aria-label", S.unread && !S.isOpen ? `${words} (${S.unread})` : words);
  launcher.setAttribute("aria-expanded", String(S.isOpen));
}

const isPhone = () => matchMedia("(max-width: 640px)").matches;
let before = null;

function open(screen) {
  if (!S.config || S.isOpen) return;
  before = document.activeElement;
  S.isOpen = true;
  hideNudge();
  panel.hidden = false;
  panel.toggleAttribute("aria-modal", false);
  if (isPhone()) panel.setAttribute("aria-modal", "true");
  host.toggleAttribute("data-open", true);
  show(screen ?? (kept.exchange && !S.prompt ? "talk" : S.prompt ? "talk" : "home"));
  drawLauncher();
  listen();
  tellPage("open");
}

function shut() {
  if (!S.isOpen) return;
  S.isOpen = false;
  panel.hidden = true;
  host.toggleAttribute("data-open", false);
  drawLauncher();
  (before?.isConnected && before !== document.body ? before : launcher).focus?.();
  tellPage("close");
}

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), textarea, select, [tabindex='0']";
panel.addEventListener("keydown", calmly((event) => {
  // Keys that are typed here are nobody else's shortcuts.
  event.stopPropagation();
  if (event.key === "Escape" && !event.defaultPrevented) { event.preventDefault(); shut(); launcher.focus(); }
  if (event.key !== "Tab") return;
  const stops = [...panel.querySelectorAll(FOCUSABLE)].filter((each) => each.offsetParent !== null);
  const [first, last] = [stops[0], stops.at(-1)], at = root.activeElement;
  if (event.shiftKey ? at === first || at === panel : at === last) { event.preventDefault(); (event.shiftKey ? last : first)?.focus(); }
}));

let isOnline = true;
function online(is) {
  clearTimeout(S.lost);
  if (is === isOnline) return;
  isOnline = is;
  for (const banner of panel.querySelectorAll(".offline")) banner.hidden = is;
  if (!is) announce(t("offline"));
}

function avatar(name, isBot) {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
  const made = h("span.avatar", { "aria-hidden": "true" }, isBot ? icon("spark") : (name || S.config.company).slice(0, 1).toUpperCase());
  if (!isBot) made.style.setProperty("--h", hue);
  return made;
}

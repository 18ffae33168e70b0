// What is said unasked: proactive messages by page, time and attributes, within their limits; news while it is shut.
const DAY = 86_400_000;

function hideNudge() { nudge.hidden = true; }

function drawNudge(text, name, onopen, onhide) {
  nudge.replaceChildren(avatar(name, !name), h("button.nudge-text", { type: "button", onclick: onopen }, text), iconButton("ghost.small", "x", t("dismiss"), () => { hideNudge(); onhide?.(); launcher.focus(); }));
  nudge.hidden = false;
  announce(text);
}

function showNews(message) {
  drawNudge(message.text || t("news", { name: message.by || t("team") }), message.by || "", () => { S.exchange = message.exchange; open("talk"); });
}

const glob = (pattern) => new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*")}$`);
const isOn = (pages) => !pages.length || pages.some((page) => glob(page).test(page.includes("://") ? location.href : location.pathname + (page.includes("?") ? location.search : "")));

/** How often it was shown to this browser, as far as that may be kept; on this page it is said once in any case. */
function mayShow({ id, every, most, open: onlyOpen, pages, after, attributes }) {
  const shown = kept.shown?.[id] ?? [];
  return !(onlyOpen && !S.config.open) && isOn(pages) && Date.now() - S.since >= after * 1000 &&
    Object.entries(attributes).every(([name, value]) => String(S.attributes[name]) === String(value)) &&
    shown.length < most && !(shown.length && Date.now() - shown.at(-1) < every * DAY) && !S.shown?.has(id);
}

/** What is for some customers alone is told to those who are surely among them, and to nobody else; nothing is kept of the asking. */
async function askMine() {
  S.mine = S.config.few && (kept.token || S.user) ? (await api("mine", { user: S.user })).rules : [];
}

function remember(id) {
  keep({ shown: { ...kept.shown, [id]: [...(kept.shown?.[id] ?? []), Date.now()].slice(-20) } });
}

function look() {
  if (location.href !== S.href) {
    S.href = location.href;
    S.since = Date.now();
    mention({ url: location.href, title: document.title });
  }
  if (S.isOpen || !nudge.hidden || document.hidden || (kept.exchange && !S.standing[kept.exchange]?.closed)) return;
  const rule = [...S.config.rules, ...S.mine].find(mayShow);
  if (!rule) return;
  (S.shown ??= new Set()).add(rule.id);
  if (kept.token) remember(rule.id);
  api("prompts", { id: rule.id, did: "shown" }).catch(worry);
  drawNudge(rule.text, "", () => { if (!kept.token) remember(rule.id); S.prompt = rule; S.exchange = ""; open("talk"); }, () => { if (!kept.token) remember(rule.id); });
}

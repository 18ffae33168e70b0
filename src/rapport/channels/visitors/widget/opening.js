// Beginning: the one name that the page sees, what was asked of it before we were there, and the first look.
const COMMANDS = {
  open: () => open(),
  close: () => shut(),
  /** Who is signed in on the page: {id, name, email, hash} or {token}; null when they signed out. */
  identify: (user) => {
    S.user = user ?? null;
    if (!user) { hangUp(); forget(); S.logs.clear(); S.talks = []; S.exchange = ""; S.isLoaded = false; S.mine = []; return shut(); }
    calmly(askMine)();
    return kept.token ? meet() : undefined;
  },
  /** What the page knows of its visitor: {plan: "trade"}. With {consent: true} they agreed that something is kept. */
  set: ({ consent, ...attributes }) => {
    Object.assign(S.attributes, attributes);
    if (consent) return join();
    mention({ attributes });
  },
  /** Something that they did: ("order.placed"). */
  track: (name) => mention({ url: location.href, title: document.title, did: String(name) }),
  on: (name, listener) => { (heard[name] ??= []).push(listener); if (name === "ready" && S.config) listener(); },
};

const waiting = [];
function run([name, ...given]) {
  if (!Object.hasOwn(COMMANDS, name)) return console.warn(`Rapport: there is no command “${name}”.`);
  if (S.config || name === "on") return calmly(COMMANDS[name])(...given);
  waiting.push([name, ...given]);
}
const earlier = window.Rapport?.q ?? [];
window.Rapport = (...given) => { run(given); };
window.Rapport.isHere = true;
[...earlier].forEach((given) => run([...given]));

const ready = calmly(async () => {
  const wanted = here.dataset.language || navigator.languages.join(",");
  S.config = await api(`config?lang=${encodeURIComponent(wanted)}`);
  if (here.dataset.colour) S.config.colour = here.dataset.colour;
  frame();
  for (const given of waiting.splice(0)) run(given);
  tellPage("ready");
  if (!S.user) calmly(askMine)();
  // Nobody has a stream who has not spoken yet.
  if (kept.token && kept.exchange) {
    S.exchange = kept.exchange;
    for (const message of outbox()) take({ ...message, me: true, state: message.failed ? "failed" : "sending" });
    await load(kept.exchange);
    listen();
    flush();
  }
  look();
  setInterval(calmly(look), 1000);
  document.addEventListener("visibilitychange", calmly(() => {
    clearTimeout(S.asleep);
    // A browser allows few connections to one host: a page that nobody looks at gives its own up after a while.
    if (document.hidden) { S.asleep = setTimeout(hangUp, 60_000); return; }
    sawAll();
    listen();
    flush();
  }));
  window.addEventListener("online", calmly(() => { lineWait = flushWait = 1000; listen(); flush(); }));
  window.addEventListener("offline", calmly(() => { online(false); hangUp(); lineTimer = setTimeout(calmly(listen), 1000); }));
  window.addEventListener("pagehide", hangUp);
  window.addEventListener("pageshow", calmly((event) => { if (event.persisted) listen(); }));
});

let tries = 0;
async function start() {
  await ready();
  if (!S.config && (tries += 1) < 5) setTimeout(calmly(start), 15_000 * tries);
}
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", calmly(start), { once: true });
else calmly(start)();

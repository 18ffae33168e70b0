// Speaking with the server: who we are, an outbox that loses and doubles nothing, and a stream that resumes.
const SILENCE = 45_000, SLOWEST = 30_000, GIVE_UP = [400, 403, 404, 413];
// Taken before other scripts wrap it: a wrapper may want to see the end of a stream that has none.
const ask = window.fetch.bind(window);

async function api(path, said, options = {}) {
  const headers = {};
  if (kept.token) headers.Authorization = `Bearer ${kept.token}`;
  if (said !== undefined) headers["Content-Type"] = "application/json";
  const answer = await ask(`${BASE}/chat/${KEY}/${path}`, { method: said === undefined ? "GET" : "POST", headers, body: said && JSON.stringify(said), credentials: "omit", ...options });
  if (!answer.ok) throw Object.assign(new Error(`${path}: ${answer.status}`), { status: answer.status });
  return answer.status === 204 ? null : answer.json();
}

let joining = null;
/** A token for this browser; asked once, however many wait for it. */
const join = () => (kept.token ? Promise.resolve() : meet());

function meet() {
  joining ??= (async () => {
    const { name, email, answers } = kept;
    const said = await api("session", { user: S.user, language: language(), url: location.href, title: document.title, attributes: S.attributes, name, email, answers });
    const isOther = kept.visitor && kept.visitor !== said.visitor;
    keep({ token: said.token, visitor: said.visitor, name: said.name || name, email: said.email || email, ...(isOther ? { exchange: "" } : {}) });
    S.after ||= said.after;
    if (isOther) { S.logs.clear(); S.exchange = ""; hangUp(); }
    if (isOther || S.screen === "home") { await load(); refreshHome(); }
    listen();
  })().finally(() => { joining = null; });
  return joining;
}

/** What was said before; with an exchange, in that one. */
async function load(exchange = "") {
  if (!kept.token) return;
  const said = await api(`history?exchange=${encodeURIComponent(exchange)}`).catch(async (error) => {
    if (error.status !== 401) throw error;
    keep({ token: "" });
    await meet();
    return api(`history?exchange=${encodeURIComponent(exchange)}`);
  });
  S.after = Math.max(S.after, said.after);
  S.talks = said.conversations;
  if (said.messages) {
    for (const message of said.messages) take(message, true);
    stand(said);
  }
}

// -- Out -------------------------------------------------------------------------------------------

const outbox = () => kept.outbox ?? [];
let isFlushing = false, flushWait = 1000, flushTimer = 0;

function post(message, files) {
  if (files.length) S.files.set(message.id, files);
  keep({ outbox: [...outbox(), message], exchange: message.exchange });
  take({ ...message, me: true, files: files.map(({ name, type, size, url }) => ({ name, type, size, url, shown: /^image\/(png|jpeg|gif|webp)$/.test(type) })), state: "sending" });
  flush();
}

async function flush() {
  clearTimeout(flushTimer);
  if (isFlushing) return;
  isFlushing = true;
  try {
    for (let next; (next = outbox().find((each) => !each.failed));) {
      try {
        await join();
        const files = (S.files.get(next.id) ?? []).map(({ name, type, data }) => ({ name, type, data }));
        const said = await api("messages", { type: "message", visitor: kept.visitor, language: language(), time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, name: kept.name, ...next, files });
        keep({ outbox: outbox().filter(({ id }) => id !== next.id) });
        mark(next, "sent");
        stand(said);
        flushWait = 1000;
        online(true);
      } catch (error) {
        if (error.status === 401) { keep({ token: "" }); continue; }
        if (!GIVE_UP.includes(error.status)) { later(error); break; }
        keep({ outbox: outbox().map((each) => (each.id === next.id ? { ...each, failed: true } : each)) });
        mark(next, "failed");
      }
    }
  } finally { isFlushing = false; }
}

function later(error) {
  if (!error.status) online(false);
  flushTimer = setTimeout(calmly(flush), flushWait * (0.8 + Math.random() / 2));
  flushWait = Math.min(SLOWEST, flushWait * 2);
}

function again(id) {
  keep({ outbox: outbox().map((each) => (each.id === id ? { ...each, failed: false } : each)) });
  mark({ id, exchange: S.exchange }, "sending");
  flush();
}

/** Of the moment: lost when it is lost. */
const mention = (said) => { if (kept.token) api("here", said, { keepalive: true }).catch(worry); };

const marks = { read: new Set(), delivered: new Set() };
let markTimer = 0;
function report(state, id) {
  marks[state].add(id);
  clearTimeout(markTimer);
  markTimer = setTimeout(calmly(async () => {
    for (const [name, ids] of Object.entries(marks)) {
      if (!ids.size || !kept.token) continue;
      const about = [...ids];
      ids.clear();
      await api("messages", { type: name, id: uid(), visitor: kept.visitor, about, at: new Date().toISOString() }).catch(() => about.forEach((each) => ids.add(each)));
    }
  }), 400);
}

// -- In --------------------------------------------------------------------------------------------

let line = null, lineWait = 1000, lineTimer = 0, silence = 0;

function hangUp() {
  line?.abort();
  line = null;
  clearTimeout(silence);
  clearTimeout(lineTimer);
}

async function listen() {
  if (line || !kept.token) return;
  clearTimeout(lineTimer);
  const mine = (line = new AbortController());
  try {
    const headers = { Authorization: `Bearer ${kept.token}`, ...(S.after ? { "Last-Event-ID": String(S.after) } : {}) };
    const answer = await ask(`${BASE}/chat/stream`, { headers, signal: mine.signal, credentials: "omit", cache: "no-store" });
    if (answer.status === 401) { keep({ token: "" }); setTimeout(calmly(meet), lineWait); throw new Error("unknown"); }
    if (!answer.ok) throw new Error(String(answer.status));
    online(true);
    flush();
    lineWait = 1000;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = "", piece; ;) {
      clearTimeout(silence);
      silence = setTimeout(() => mine.abort("silence"), SILENCE);
      piece = await reader.read();
      if (piece.done) break;
      const whole = (rest + piece.value).split("\n\n");
      rest = whole.pop();
      whole.forEach(calmly(hear));
    }
  } catch (error) { worry(error); }
  clearTimeout(silence);
  if (line !== mine) return;
  line = null;
  S.typing = {};
  S.lost = setTimeout(() => { if (!line) online(false); }, 2500);
  lineTimer = setTimeout(calmly(listen), lineWait * (0.7 + Math.random() / 2));
  lineWait = Math.min(SLOWEST, lineWait * 2);
}

function hear(chunk) {
  const said = {};
  for (const row of chunk.split("\n")) {
    const at = row.indexOf(": ");
    if (at > 0) said[row.slice(0, at)] = row.slice(at + 2);
  }
  if (said.id) S.after = Number(said.id);
  if (!said.event) return;
  const data = JSON.parse(said.data);
  if (said.event === "message") { S.typing[data.exchange] = ""; take(data); if (!data.me) tellPage("message", { text: data.text, by: data.by }); }
  else if (said.event === "changed") take(data, true);
  else if (said.event === "read") readBy(data);
  else if (said.event === "typing") { S.typing[data.exchange] = data.by; S.there[data.exchange] = data.is_there; drawTyping(); sawIt(data.exchange); }
  else if (said.event === "state") stand({ exchange: data.exchange, closed: data.word === "closed" });
  else if (said.event === "agent") { stand({ exchange: data.exchange, agent: data.word }); if (data.word) announce(t("joined", { name: data.word })); }
  else if (said.event === "rate") stand({ exchange: data.exchange, rate: true });
  else if (said.event === "reset") load(S.exchange).then(redraw);
}

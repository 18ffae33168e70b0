// The messages of a conversation: each once, in order, with its state; who is typing; the question how it was.
const stack = h("div.stack"), log = h("div.log", { role: "log", "aria-live": "polite", tabindex: "0" }, stack);
const typing = h("p.typing", { hidden: true });
const standing = h("p.sys", { hidden: true });
const nodes = new Map();

const logOf = (exchange) => S.logs.get(exchange) ?? S.logs.set(exchange, []).get(exchange);
const isSeen = () => S.isOpen && S.screen === "talk" && !document.hidden;

/** A message, however it came to be known: what is here already is changed, not doubled. */
function take(message, isOld = false) {
  const known = logOf(message.exchange), at = known.findIndex(({ id }) => id === message.id);
  // Ours came back from the server: the files that we show are the ones that we have.
  if (at >= 0) known[at] = { ...known[at], ...message, files: known[at].files?.length && message.me ? known[at].files : message.files, state: message.me ? (message.state ?? (known[at].state === "read" ? "read" : "sent")) : "" };
  else known.push({ ...message, state: message.state ?? (message.me ? (message.read ? "read" : "sent") : "") });
  const shown = known[at >= 0 ? at : known.length - 1];
  if (message.exchange === S.exchange && S.screen === "talk") draw(shown);
  if (!message.me && at < 0) count(shown, isOld);
}

function count(message, isOld) {
  const isNew = message.at > (kept.seen ?? "");
  if (!isNew) return;
  if (isSeen() && message.exchange === S.exchange) { report("read", message.id); keep({ seen: message.at }); return; }
  S.unread += 1;
  if (!isOld) { report("delivered", message.id); announce(t("news", { name: message.by || t("team") })); if (!S.isOpen) showNews(message); }
  drawLauncher();
}

function sawAll() {
  if (!isSeen()) return;
  for (const message of logOf(S.exchange)) if (!message.me && message.at > (kept.seen ?? "")) { report("read", message.id); keep({ seen: message.at }); }
  S.unread = 0;
  drawLauncher();
}

function mark({ id, exchange }, state) {
  const message = logOf(exchange).find((each) => each.id === id);
  if (!message) return;
  message.state = state === "sent" && S.there[exchange] ? "read" : state;
  if (exchange === S.exchange) draw(message);
}

/** Somebody of the team has the conversation before them: what is there is read. */
function sawIt(exchange) {
  if (S.there[exchange]) logOf(exchange).filter(({ me, state }) => me && state === "sent").forEach((message) => mark(message, "read"));
}

/** Everything up to that message was read. */
function readBy({ exchange, about }) {
  const known = logOf(exchange), at = known.findIndex(({ id }) => id === about);
  known.slice(0, at + 1).filter(({ me, state }) => me && state === "sent").forEach((message) => mark(message, "read"));
}

const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;
function words(text) {
  return text.split(LINK).map((piece, number) => (number % 2 ? h("a", { href: piece, target: "_blank", rel: "noopener noreferrer" }, piece) : piece));
}

function file({ name, type, url, size, shown }) {
  const address = url?.startsWith("/") ? BASE + url : url;
  if (shown && address) return h("a.picture", { href: address, target: "_blank", rel: "noopener noreferrer" }, h("img", { src: address, alt: name, loading: "lazy" }));
  const inside = [icon("file"), h("span", {}, name), h("small", {}, size ? megabytes(Math.max(size, 524288)) : type)];
  return address ? h("a.file", { href: address, target: "_blank", rel: "noopener noreferrer", download: name }, inside) : h("span.file", {}, inside);
}

function draw(message) {
  const { id, me, by, bot, text, files = [], state, at, gone } = message;
  const bubble = h("div.bubble", { dir: "auto" }, gone ? h("i", {}, t("gone")) : words(text ?? ""));
  const inside = [text || gone ? bubble : null, ...files.map(file)];
  const foot = !me ? null : state === "failed"
    ? h("span.state.bad", {}, t("failed"), " ", h("button.link", { type: "button", onclick: () => again(id) }, t("retry")))
    : h("span.state", {}, t(state || "sent"));
  const name = me ? t("you") : by || (bot ? t("bot") : t("team"));
  const node = h(me ? "div.me" : "div.them", { "data-id": id, "data-state": state || null },
    me ? null : avatar(by || "", bot), h("div.said", { title: at ? moment(at) : null }, h("span.sr", {}, `${name}: `), inside, foot));
  const earlier = nodes.get(id);
  if (earlier) {
    // Only the state is new most times: a reader is not told the whole message again.
    const old = earlier.querySelector(".state"), now = node.querySelector(".state");
    if (me && old && now && earlier.dataset.text === `${text}${gone}`) { old.replaceWith(now); earlier.dataset.state = state; return; }
    earlier.replaceWith(node);
  } else {
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
    stack.insertBefore(node, standing);
    if (me || isAtEnd) toEnd();
  }
  node.dataset.text = `${text}${gone}`;
  nodes.set(id, node);
}

const toEnd = () => requestAnimationFrame(() => { log.scrollTop = log.scrollHeight; });

function drawTyping() {
  const name = S.typing[S.exchange];
  typing.hidden = !name;
  if (name) { typing.replaceChildren(h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")), t("typing", { name })); toEnd(); }
}

/** How a conversation stands: closed, who has it, how many wait before it, whether we ask how it was. */
function stand(said) {
  const exchange = said.exchange || S.exchange;
  S.standing[exchange] = { ...S.standing[exchange], ...said };
  if (exchange === S.exchange && S.screen === "talk") { drawStanding(); drawHead(); }
}

function drawStanding() {
  const { closed, place, rate } = S.standing[S.exchange] ?? {};
  const lines = closed ? [t("closed")] : [];
  if (!closed && place) lines.push(place === 1 ? t("next") : t("place", { n: place }));
  if (!closed && !S.config.open && logOf(S.exchange).length) lines.push(S.config.away || (S.config.opens ? t("opens", { when: moment(S.config.opens) }) : ""));
  if (!closed && kept.email && logOf(S.exchange).length) lines.push(t("mail", { email: kept.email }));
  standing.textContent = lines.filter(Boolean).join(" ");
  standing.hidden = !standing.textContent;
  const old = stack.querySelector(".csat");
  if (rate && !old) { stack.append(csat()); toEnd(); }
  if (!rate) old?.remove();
}

function csat() {
  const faces = [1, 2, 3, 4, 5].map((score) => h("label.face", {}, h("input.sr", { type: "radio", name: "score", value: score }), icon(`face${score}`), h("span", {}, t(`rate${score}`))));
  const why = h("input.field", { "aria-label": t("why"), placeholder: t("why"), maxlength: 1000 });
  return h("form.csat", { onsubmit: async (event) => {
    event.preventDefault();
    const form = event.currentTarget, score = Number(form.elements.score.value), exchange = S.exchange;
    if (!score) { form.querySelector("input").focus(); return; }
    await api("rating", { exchange, score, comment: why.value });
    S.standing[exchange].rate = false;
    form.replaceWith(h("p.sys", { role: "status" }, t("thanks")));
  } }, h("fieldset", {}, h("legend", {}, t("rate")), h("div.faces", {}, faces)), h("div.row", {}, why, h("button.primary", {}, t("send"))));
}

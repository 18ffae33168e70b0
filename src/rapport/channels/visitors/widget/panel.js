// The screens: home with articles and earlier conversations, the questions beforehand, the conversation.
const head = h("header"), body = h("main"), foot = h("footer");
panel.append(head, body, foot);

function redraw() { if (S.isOpen) show(S.screen); }

function show(screen) {
  if (screen === "talk" && !S.exchange) S.exchange = kept.exchange && !S.prompt ? kept.exchange : uid();
  if (screen === "talk" && !S.prompt && !logOf(S.exchange).length && mustAsk().length && kept.exchange !== S.exchange) screen = "ask";
  S.screen = screen;
  drawHead();
  ({ home, ask: questions, talk })[screen]();
  foot.replaceChildren(h("span", {}, t("runs")), S.config.privacy ? h("a", { href: S.config.privacy, target: "_blank", rel: "noopener noreferrer" }, t("privacy")) : "");
}

function drawHead() {
  const { company, within, opens } = S.config, { agent } = S.standing[S.exchange] ?? {}, isHome = S.screen === "home";
  const isOpen = S.config.open;
  const sub = isOpen ? (within ? t("within", { time: inTime(within) }) : t("here")) : opens ? t("opens", { when: moment(opens) }) : t("away");
  const name = agent && !isHome ? t("from", { name: agent, company }) : company;
  const face = avatar(agent && !isHome ? agent : company);
  face.toggleAttribute("data-on", isOpen);
  head.replaceChildren(...[isHome ? null : iconButton("ghost.back", "back", t("back"), () => { show("home"); load().then(refreshHome); }), face,
    h("div.who", {}, h("b", {}, name), h("div.sub", {}, sub)), iconButton("ghost", "x", t("close"), () => { shut(); launcher.focus(); })].filter(Boolean));
}

function home() {
  const { greeting, articles } = S.config;
  const list = h("ul.list"), find = h("input.field", { type: "search", placeholder: t("find"), "aria-label": t("find"), oninput: fillIn });
  const nothing = h("p.sys", { role: "status", hidden: true }, t("nothing"));
  function fillIn() {
    const wanted = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const found = articles.filter(({ title }) => wanted.every((word) => title.toLowerCase().includes(word)));
    list.replaceChildren(...found.slice(0, 6).map(({ title, url }) => h("li", {}, h("a.item", { href: url, target: "_blank", rel: "noopener noreferrer" }, icon("book"), h("span", {}, title)))));
    nothing.hidden = found.length > 0 || !wanted.length;
  }
  fillIn();
  const earlier = S.talks.map((each) => h("li", {}, h("button.item", { type: "button", onclick: () => go(each.exchange) }, avatar(each.agent || ""), h("span", {}, h("b", {}, each.agent || t("team")), h("small", {}, each.text)), h("small", {}, moment(each.at)))));
  body.replaceChildren(h("div.home", {}, h("h2", {}, greeting || t("hello")),
    h("button.primary.start", { type: "button", onclick: () => go("") }, t(S.talks.length ? "fresh" : "start")),
    earlier.length ? h("section", { "aria-label": t("earlier") }, h("h3", {}, t("earlier")), h("ul.list", {}, earlier)) : null,
    articles.length ? h("section", { "aria-label": t("articles") }, h("h3", {}, t("articles")), find, nothing, list) : null));
  body.querySelector(".start").focus();
  if (kept.token && !S.isLoaded) { S.isLoaded = true; load().then(refreshHome); }
}

/** What came meanwhile is shown, except under the hands of somebody who is searching. */
function refreshHome() {
  if (S.isOpen && S.screen === "home" && !body.querySelector("input")?.value) home();
}

async function go(exchange) {
  S.exchange = exchange || uid();
  show("talk");
  if (exchange) { await load(exchange); if (S.exchange === exchange) { talk(); drawHead(); } }
}

/** What we do not know yet and the company wants to. */
function mustAsk() {
  const { name, email, questions: own } = S.config.ask, wanted = [];
  if (name !== "no" && !kept.name) wanted.push({ key: "name", label: t("name"), type: "text", autocomplete: "name", required: name === "required" });
  if (email !== "no" && !kept.email) wanted.push({ key: "email", label: t("email"), type: "email", autocomplete: "email", required: email === "required" });
  return [...wanted, ...own.map((each) => ({ ...each, isOwn: true }))];
}

function questions() {
  const asked = mustAsk().map((each, number) => {
    const id = `q${number}`, given = { id, name: id, class: "field", "aria-describedby": `${id}e`, "aria-required": each.required ? "true" : null };
    const input = each.choices?.length ? h("select", given, h("option", { value: "" }, t("choose")), each.choices.map((choice) => h("option", {}, choice))) : h("input", { ...given, type: each.type ?? "text", autocomplete: each.autocomplete, maxlength: 300 });
    const error = h("span.problem", { id: `${id}e`, hidden: true });
    return { ...each, input, error, node: h("div.asked", {}, h("label", { for: id }, each.label, each.required ? null : h("small", {}, ` (${t("optional")})`)), input, error) };
  });
  const form = h("form.home", { novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    let wrong = null;
    for (const { input, error, required, type } of asked) {
      const words = required && !input.value.trim() ? t("required") : type === "email" && input.value && !input.checkValidity() ? t("address") : "";
      error.textContent = words;
      error.hidden = !words;
      input.setAttribute("aria-invalid", String(Boolean(words)));
      if (words) wrong ??= input;
    }
    if (wrong) { wrong.focus(); return; }
    const own = Object.fromEntries(asked.filter(({ isOwn }) => isOwn).map(({ label, input }) => [label, input.value.trim()]).filter(([, value]) => value));
    const said = Object.fromEntries(asked.filter(({ key, input }) => key && input.value.trim()).map(({ key, input }) => [key, input.value.trim()]));
    keep({ ...said, answers: own, exchange: S.exchange });
    if (kept.token) mention({ ...said, answers: own });
    show("talk");
  } }, h("h2", {}, S.config.greeting || t("hello")), asked.map(({ node }) => node), h("button.primary.start", {}, t("begin")));
  body.replaceChildren(form);
  asked[0].input.focus();
}

function talk() {
  nodes.clear();
  stack.replaceChildren(standing);
  if (S.prompt) stack.insertBefore(h("div.them", {}, avatar("", true), h("div.said", {}, h("div.bubble", { dir: "auto" }, S.prompt.text))), standing);
  else if (!logOf(S.exchange).length) stack.insertBefore(h("div.them", {}, avatar(S.config.company), h("div.said", {}, h("div.bubble", { dir: "auto" }, S.config.greeting || t("hello")))), standing);
  logOf(S.exchange).forEach(draw);
  quick.replaceChildren(...S.config.quick.map((text) => h("button.chip", { type: "button", onclick: () => { say(text); field.focus(); } }, text)));
  quick.hidden = !S.config.quick.length || logOf(S.exchange).length > 0;
  log.setAttribute("aria-label", t("log"));
  body.replaceChildren(h("p.offline", { hidden: isOnline }, t("offline")), log, typing, quick, h("p.dropping", { "aria-hidden": "true" }, t("drop")), makeComposer());
  field.value ||= kept.draft ?? "";
  drawTyping();
  drawStanding();
  toEnd();
  sawAll();
  field.focus();
}

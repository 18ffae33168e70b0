// The composer: text that grows, files by button, drop and paste, a few emoji, what is typed shown to agents.
const EMOJI = [..."😀😊😂😍🤔😕😢😡👍👎🙏👏🎉❤️🔥💡✅❌⏰📦🚚💶📎☎️".matchAll(/\p{Extended_Pictographic}\uFE0F?/gu)].map(([each]) => each);
const MOST_FILES = 5;
let chosen = [], typedAt = 0, typedTimer = 0;

const field = h("textarea.write", { rows: 1, maxlength: 10000, dir: "auto", oninput: typed, onpaste: pasted, onkeydown: (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
} });
const picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true", onchange: () => { add(picker.files); picker.value = ""; } });
const chips = h("ul.chips", { hidden: true });
const problem = h("p.problem", { role: "alert", hidden: true });
const emoji = h("div.emoji", { hidden: true });
let composer = null;

function makeComposer() {
  field.setAttribute("aria-label", t("write"));
  field.placeholder = t("write");
  emoji.replaceChildren(...EMOJI.map((each) => h("button", { type: "button", "aria-label": each, onclick: () => { field.setRangeText(each, field.selectionStart, field.selectionEnd, "end"); emoji.hidden = true; field.focus(); typed(); } }, each)));
  emoji.addEventListener("keydown", calmly((event) => { if (event.key === "Escape") { event.preventDefault(); emoji.hidden = true; field.focus(); } }));
  composer ??= h("form.ask", { onsubmit: (event) => { event.preventDefault(); submit(); } },
    emoji, problem, chips, h("div.row", {},
      S.config.files ? iconButton("ghost", "clip", t("attach"), () => picker.click()) : null, picker, field,
      iconButton("ghost", "smile", t("emoji"), () => { emoji.hidden = !emoji.hidden; if (!emoji.hidden) emoji.querySelector("button").focus(); }),
      h("button.primary.icon", { "aria-label": t("send"), title: t("send") }, icon("send"))));
  return composer;
}

function typed() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 132)}px`;
  if (kept.token) keep({ draft: field.value });
  clearTimeout(typedTimer);
  const wait = Math.max(0, typedAt + 1200 - Date.now());
  typedTimer = setTimeout(() => { typedAt = Date.now(); mention({ exchange: S.exchange, typing: field.value.slice(-300) }); }, wait);
}

function pasted(event) {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length && S.config.files) { event.preventDefault(); add(files); }
}

panel.addEventListener("dragover", calmly((event) => { if (S.screen === "talk" && S.config.files) { event.preventDefault(); panel.toggleAttribute("data-drop", true); } }));
panel.addEventListener("dragleave", () => panel.removeAttribute("data-drop"));
panel.addEventListener("drop", calmly((event) => {
  panel.removeAttribute("data-drop");
  if (S.screen !== "talk" || !S.config.files) return;
  event.preventDefault();
  add(event.dataTransfer.files);
}));

function complain(words) {
  problem.textContent = words;
  problem.hidden = !words;
}

async function add(files) {
  complain("");
  for (const each of [...files].slice(0, MOST_FILES - chosen.length)) {
    const total = chosen.reduce((sum, { size }) => sum + size, each.size);
    if (total > S.config.files) { complain(t("large", { name: each.name, size: megabytes(S.config.files) })); continue; }
    const address = await new Promise((done, failed) => { const reader = new FileReader(); reader.onload = () => done(reader.result); reader.onerror = failed; reader.readAsDataURL(each); });
    chosen.push({ name: each.name || "file", type: each.type || "application/octet-stream", size: each.size, data: address.slice(address.indexOf(",") + 1), url: URL.createObjectURL(each) });
  }
  drawChips();
  field.focus();
}

function drawChips() {
  chips.hidden = !chosen.length;
  chips.replaceChildren(...chosen.map((each) => h("li", {}, icon("clip"), h("span", {}, each.name), iconButton("ghost.small", "x", t("remove", { name: each.name }), () => { chosen = chosen.filter((other) => other !== each); drawChips(); field.focus(); }))));
}

function submit() {
  const text = field.value.trim();
  if (!text && !chosen.length) { field.focus(); return; }
  say(text, chosen);
  field.value = "";
  chosen = [];
  drawChips();
  complain("");
  clearTimeout(typedTimer);
  field.style.height = "auto";
  keep({ draft: "" });
  field.focus();
}

function say(text, files = []) {
  const answers = Object.entries(kept.answers ?? {}).filter(([, value]) => value).map(([name, value]) => `${name}: ${value}`).join(", ");
  const isFirst = !logOf(S.exchange).length, subject = isFirst ? S.prompt?.text || answers : "";
  if (isFirst && S.prompt?.id) api("prompts", { id: S.prompt.id, did: "answered" }).catch(worry);
  if (isFirst) S.prompt = null;
  quick.hidden = true;
  post({ id: uid(), exchange: S.exchange, text, at: new Date().toISOString(), ...(subject ? { subject } : {}) }, files);
}
const quick = h("div.quick");

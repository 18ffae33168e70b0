// <filter-builder data-vocabulary data-said> draws the lines of a filter and writes them as JSON into the form's
// `filter` field whenever one changes. Groups stand one level deep.
const made = (tag, attributes = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children.filter(Boolean));
  return element;
};

class FilterBuilder extends HTMLElement {
  connectedCallback() {
    this.vocabulary = JSON.parse(this.dataset.vocabulary);
    this.said = JSON.parse(this.dataset.said);
    this.field = this.closest("form").elements.filter;
    this.replaceChildren(this.#group(this.said, true));
    this.addEventListener("input", () => this.#write());
    this.addEventListener("change", () => this.#write());
    this.#write();
  }

  #subject(name) { return this.vocabulary.find((each) => each.name === name); }

  #write() {
    this.field.value = JSON.stringify({ version: 1, ...read(this.querySelector(".filter-root")) });
  }

  #group(said, isRoot) {
    const words = this.dataset;
    const match = made("select", { className: "select quiet match", ariaLabel: words.wordsMatch });
    for (const [value, label] of [["all", words.wordsAll], ["any", words.wordsAny]]) match.append(made("option", { value, textContent: label, selected: said.match === value }));
    const lines = made("div", { className: "lines" });
    for (const each of said.conditions ?? []) lines.append(each.conditions ? this.#group(each, false) : this.#line(each));
    const add = (label, make) => made("button", { type: "button", className: "btn ghost small", textContent: label, onclick: () => { const line = make(); lines.append(line); this.#write(); line.querySelector("select")?.focus(); } });
    const first = () => this.#line({ field: this.vocabulary[0].name });
    const adding = made("div", { className: "adding" }, add(words.wordsAdd, first), isRoot && add(words.wordsGroup, () => this.#group({ match: "any", conditions: [{ field: this.vocabulary[0].name }] }, false)));
    return made("div", { className: isRoot ? "filter-root filter-group" : "filter-group" }, match, lines, adding);
  }

  #line(said) {
    const line = made("div", { className: "filter-line" });
    const what = made("select", { className: "select what", ariaLabel: this.dataset.wordsWhat });
    for (const each of this.vocabulary) what.append(made("option", { value: each.name, textContent: each.label, selected: each.name === said.field }));
    // A field that was retired since goes on being asked for as it was.
    if (!this.#subject(said.field)) what.append(made("option", { value: said.field, textContent: said.field, selected: true }));
    const how = made("select", { className: "select how", ariaLabel: this.dataset.wordsHow });
    const value = made("div", { className: "value" });
    const remove = made("button", { type: "button", className: "btn ghost icon-only", ariaLabel: this.dataset.wordsRemove, title: this.dataset.wordsRemove, textContent: "×", onclick: () => this.#remove(line) });
    line.append(what, how, value, remove);
    const ops = (op) => {
      how.replaceChildren();
      for (const [name, label] of this.#subject(what.value)?.ops ?? [[said.op, said.op]]) how.append(made("option", { value: name, textContent: label, selected: name === op }));
    };
    what.addEventListener("change", () => { ops(""); this.#value(value, what.value, how.value, undefined); });
    how.addEventListener("change", () => this.#value(value, what.value, how.value, undefined));
    ops(said.op);
    this.#value(value, what.value, how.value, said.value);
    return line;
  }

  #remove(line) {
    const group = line.closest(".filter-group:not(.filter-root)");
    line.remove();
    if (group && !group.querySelector(".filter-line")) group.remove();
    this.#write();
  }

  #value(place, name, op, said) {
    const subject = this.#subject(name), kind = subject?.ops.find(([each]) => each === op)?.[2];
    const shown = Array.isArray(said) ? said : said === undefined || said === null ? [] : [said];
    const label = this.dataset.wordsValue;
    place.dataset.kind = kind ?? "kept";
    place.kept = said;
    place.replaceChildren();
    if (kind === "choices") {
      const list = made("div", { className: "picks-list" }), summary = made("summary", { className: "select" });
      const details = made("details", { className: "picks", name: "filter-picks" }, summary, list);
      const known = new Set(subject.choices.map(([each]) => each));
      const more = shown.map(String).filter((each) => !known.has(each)).map((each) => [each, each]);
      for (const [each, text] of [...subject.choices, ...more]) list.append(made("label", { className: "check" }, made("input", { type: "checkbox", value: each, checked: shown.map(String).includes(each) }), made("span", { textContent: text })));
      const tell = () => { summary.textContent = [...list.querySelectorAll(":checked + span")].map((chosen) => chosen.textContent).join(", ") || this.dataset.wordsChoose; };
      list.addEventListener("change", tell);
      details.addEventListener("keydown", (event) => { if (event.key === "Escape" && details.open) { event.preventDefault(); event.stopPropagation(); details.open = false; summary.focus(); } });
      tell();
      place.append(details);
    } else if (kind === "age") {
      const [, count, unit] = /^(\d+)([hdw])$/.exec(shown[0] ?? "") ?? [null, "1", "d"];
      const units = made("select", { className: "select", ariaLabel: label });
      for (const each of ["h", "d", "w"]) units.append(made("option", { value: each, textContent: this.dataset[`words${each.toUpperCase()}`], selected: each === unit }));
      place.append(made("input", { className: "input", type: "number", min: "1", max: "99999", value: count, ariaLabel: label }), units);
    } else if (kind === "yes_no") {
      const select = made("select", { className: "select", ariaLabel: label });
      for (const [each, text] of [["yes", this.dataset.wordsYes], ["no", this.dataset.wordsNo]]) select.append(made("option", { value: each, textContent: text, selected: (shown[0] === false || shown[0] === "no" ? "no" : "yes") === each }));
      place.append(select);
    } else if (kind && kind !== "none") {
      place.append(made("input", { className: "input", type: kind === "day" ? "date" : "text", inputMode: kind === "number" ? "decimal" : "text", maxLength: 200, value: kind === "day" ? String(shown[0] ?? "").slice(0, 10) : shown[0] ?? "", ariaLabel: label }));
    }
  }
}

function read(group) {
  const lines = [...group.querySelector(":scope > .lines").children];
  return {
    match: group.querySelector(":scope > .match").value,
    conditions: lines.map((line) => (line.matches(".filter-group") ? read(line) : condition(line))),
  };
}

function condition(line) {
  const value = line.querySelector(".value"), said = { field: line.querySelector(".what").value, op: line.querySelector(".how").value };
  const [first, second] = value.querySelectorAll("select, input");
  if (value.dataset.kind === "choices") said.value = [...value.querySelectorAll(":checked")].map((chosen) => chosen.value);
  else if (value.dataset.kind === "age") said.value = `${first.value}${second.value}`;
  else if (value.dataset.kind === "kept") said.value = value.kept;
  else if (first) said.value = first.value;
  return said;
}

customElements.define("filter-builder", FilterBuilder);

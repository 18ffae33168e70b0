// Who else is looking at a conversation and who writes there: <people-here> shows them, in a row of the list and at
// the head of the thread; <writing-now> says over the composer who writes. This tab says each ten seconds what it
// shows itself, for as long as somebody can see it.
import { send } from "./fetching.js";

const BEAT = 10_000, STILL_WRITING = 6000, MOST = 3;
const tab = crypto.getRandomValues(new Uint32Array(2)).reduce((word, number) => word + number.toString(16).padStart(8, "0"), "");
const present = new Map();
const shown = new Set();
const wordsOf = () => document.querySelector("live-inbox")?.dataset ?? {};
const inbox = () => document.querySelector("live-inbox");
let wroteAt = 0, wroteBy = "", told = "", timer = 0;

/** What the stream says of one conversation; without an argument, everything is to be told again. */
export function heard(said = null) {
  if (!said) present.clear();
  else present.set(said.subject.split(":")[1], said.people);
  for (const element of shown) if (!said || element.dataset.for === said.subject.split(":")[1]) element.draw();
}

const others = (id) => (present.get(id) ?? []).filter(({ agent }) => String(agent) !== inbox()?.dataset.me);

function said({ name, is_writing: isWriting }) {
  const words = wordsOf();
  return (isWriting ? words.isWriting : words.isLooking).replace("{name}", name);
}

class Shown extends HTMLElement {
  connectedCallback() { shown.add(this); this.draw(); }
  disconnectedCallback() { shown.delete(this); }
}

class PeopleHere extends Shown {
  draw() {
    const people = others(this.dataset.for), size = this.closest(".list-row") ? "xs" : "sm";
    const drawn = people.slice(0, MOST).map((person) => {
      const avatar = Object.assign(document.createElement("span"), { className: `avatar ${size}`, title: said(person) });
      avatar.style.setProperty("--h", person.hue);
      avatar.toggleAttribute("data-writing", person.is_writing);
      const letters = Object.assign(document.createElement("span"), { textContent: size === "xs" ? person.initials.slice(0, 1) : person.initials, ariaHidden: "true" });
      avatar.append(letters, Object.assign(document.createElement("span"), { className: "sr", textContent: said(person) }));
      return avatar;
    });
    if (people.length > MOST) {
      const rest = people.slice(MOST).map(said).join(", ");
      drawn.push(Object.assign(document.createElement("span"), { className: "muted more-people", title: rest, textContent: `+${people.length - MOST}` }));
    }
    this.replaceChildren(...drawn);
    this.className = drawn.length ? "avatars" : "";
  }
}

class WritingNow extends Shown {
  draw() {
    const writing = others(this.dataset.for).filter((person) => person.is_writing);
    const words = this.querySelector(".said");
    if (writing.length) words.textContent = writing.map(said).join(", ");
    this.hidden = !writing.length;
  }
}

customElements.define("people-here", PeopleHere);
customElements.define("writing-now", WritingNow);

const isWriting = () => Date.now() - wroteAt < STILL_WRITING;

function beat({ keepalive = false, isLeaving = false } = {}) {
  clearTimeout(timer);
  const open = document.querySelector("conversation-thread")?.dataset.id ?? "", isSeen = !document.hidden && !isLeaving;
  const now = open && isSeen ? open : "";
  // A tab that shows nothing says so once; one that nobody sees says nothing, and is soon forgotten.
  if (document.hidden && !isLeaving) return;
  if (now || told) {
    const writing = now && isWriting();
    send(inbox()?.dataset.presence ?? "/presence", { body: new URLSearchParams({ tab, conversation: now, writing: writing ? "1" : "0", by: writing ? wroteBy : "" }), keepalive });
    told = now ? `${now} ${writing}` : "";
  }
  if (now) timer = setTimeout(beat, isWriting() ? STILL_WRITING : BEAT);
}

/** Something was typed, to go by this channel. Others are told when it begins and when it ends, never of each letter. */
export function wrote(by = "") {
  const began = !isWriting();
  wroteAt = Date.now();
  wroteBy = by;
  if (began) beat();
}

/** What was written is a message now, or nothing any more. */
export function wroteAll() {
  if (!isWriting()) return;
  wroteAt = 0;
  beat();
}

document.addEventListener("visibilitychange", () => beat());
window.addEventListener("pagehide", () => beat({ keepalive: true, isLeaving: true }));
window.addEventListener("pageshow", (event) => { if (event.persisted) beat(); });
document.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "conversation") { wroteAt = 0; beat(); } });
beat();

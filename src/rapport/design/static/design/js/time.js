// <time-left datetime> and <time-ago> keep their words current: once a minute, each second in the last minute.
import { say } from "./words.js";

const MINUTE = 60, HOUR = 3600, DAY = 86400;
const elements = new Set();
let timer = 0;

export function duration(seconds) {
  const minutes = Math.floor(seconds / MINUTE), hours = Math.floor(seconds / HOUR), days = Math.floor(seconds / DAY);
  if (seconds < MINUTE) return say("seconds", { n: Math.max(0, Math.floor(seconds)) });
  if (hours < 1) return say("minutes", { n: minutes });
  if (days >= 2) return say("days", { n: days });
  if (minutes % 60 === 0 || hours >= 4) return say("hours", { n: hours });
  return say("hoursMinutes", { n: hours, m: String(minutes % 60).padStart(2, "0") });
}

function tick() {
  clearTimeout(timer);
  if (!elements.size) return;
  let everySecond = false;
  for (const element of elements) everySecond = element.refresh() || everySecond;
  timer = setTimeout(tick, everySecond ? 1000 - (Date.now() % 1000) : 1000 * MINUTE - (Date.now() % (1000 * MINUTE)));
}

class Ticking extends HTMLElement {
  connectedCallback() {
    elements.add(this);
    // One pass for all elements of a page, not one for each.
    clearTimeout(timer);
    timer = setTimeout(tick, 0);
  }

  disconnectedCallback() {
    elements.delete(this);
  }

  write(target, text) {
    // Left alone when it says the same: a selection inside it must survive.
    if (target && target.textContent !== text) target.textContent = text;
  }
}

class TimeLeft extends Ticking {
  refresh() {
    const seconds = (Date.parse(this.getAttribute("datetime")) - Date.now()) / 1000;
    const tone = seconds < 15 * MINUTE ? "bad" : seconds < HOUR ? "warn" : "plain";
    this.classList.remove("bad", "warn", "plain");
    this.classList.add(tone);
    const { before = "{t}", after = "" } = this.dataset, t = duration(Math.abs(seconds));
    const text = seconds >= 0 ? before.replace("{t}", t) : after ? after.replace("{t}", t) : say("late", { t });
    this.write(this.querySelector("span"), text);
    return Math.abs(seconds) < MINUTE + 1;
  }
}

class TimeAgo extends Ticking {
  refresh() {
    const time = this.querySelector("time");
    const seconds = (Date.now() - Date.parse(time?.dateTime)) / 1000;
    this.write(time, seconds < MINUTE ? say("justNow") : say("ago", { t: duration(seconds) }));
    return false;
  }
}

customElements.define("time-left", TimeLeft);
customElements.define("time-ago", TimeAgo);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });

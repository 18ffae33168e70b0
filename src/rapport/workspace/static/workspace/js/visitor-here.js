// Whether the visitor of a conversation is on the company's site just now, on which page, and what they are typing:
// <visitor-here> in the panel, <visitor-writing> over the composer. Both begin as the server drew them.
const present = new Map();
const shown = new Set();

/** What the stream says of one conversation; without an argument, everything is to be told again. */
export function heard(said = null) {
  if (!said) { present.clear(); return; }
  const id = said.subject.split(":")[1];
  present.set(id, said);
  for (const element of shown) if (element.dataset.for === id) element.draw(said);
}

class Shown extends HTMLElement {
  connectedCallback() {
    shown.add(this);
    const said = present.get(this.dataset.for);
    if (said) this.draw(said);
  }

  disconnectedCallback() { shown.delete(this); }
}

class VisitorHere extends Shown {
  draw({ is_here: isHere, url, title }) {
    const link = this.querySelector("a");
    this.toggleAttribute("data-here", isHere);
    this.querySelector(".left").hidden = isHere;
    this.querySelector(".now").hidden = !isHere;
    // Only what a page can be, whatever a stranger's script says that it is.
    if (isHere && /^https?:\/\//.test(url ?? "")) {
      link.href = url;
      link.textContent = title || new URL(url).pathname;
      link.title = url;
    }
  }
}

class VisitorWriting extends Shown {
  draw({ typing }) {
    this.hidden = !typing;
    this.querySelector(".said").textContent = typing ?? "";
  }
}

customElements.define("visitor-here", VisitorHere);
customElements.define("visitor-writing", VisitorWriting);

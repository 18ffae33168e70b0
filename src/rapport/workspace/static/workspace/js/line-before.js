// What stands in a composer between the start of the line and the cursor, in the rich text as in the plain box.
export class LineBefore {
  constructor(composer) { this.composer = composer; }

  get #rich() { return this.composer.writing?.rich; }

  /** The text, and where it begins; null while something is selected. */
  read() {
    const rich = this.#rich, { box } = this.composer.writing;
    if (!rich) {
      if (box.selectionStart !== box.selectionEnd) return null;
      const text = box.value.slice(0, box.selectionStart).split("\n").at(-1);
      return { text, from: box.selectionStart - text.length, to: box.selectionStart };
    }
    const { $from, empty } = rich.editor.state.selection;
    if (!empty || !$from.parent.isTextblock) return null;
    const text = $from.parent.textBetween(0, $from.parentOffset, "\n", "\n").split("\n").at(-1);
    return { text, from: $from.pos - text.length, to: $from.pos };
  }

  /** Where it is on the screen. */
  get box() {
    const rich = this.#rich, line = this.read();
    return rich && line ? rich.editor.view.coordsAtPos(line.from) : this.composer.text.getBoundingClientRect();
  }

  remove() {
    const rich = this.#rich, line = this.read();
    if (!line) return;
    if (rich) rich.editor.chain().focus().deleteRange({ from: line.from, to: line.to }).run();
    else this.#replace("", line.from, line.to);
  }

  /** At the cursor; a text of one paragraph goes on in the line that is there. */
  insert({ html, text }) {
    const rich = this.#rich, { box } = this.composer.writing;
    if (!rich) return this.#replace(text, box.selectionStart, box.selectionEnd);
    const made = Object.assign(document.createElement("template"), { innerHTML: html }).content;
    const isOne = made.children.length === 1 && made.firstElementChild.tagName === "P";
    rich.editor.chain().focus().insertContent(isOne ? made.firstElementChild.innerHTML : html).run();
  }

  /** Selects these words where they first stand, so that typing replaces them; else the cursor stays. */
  select(words) {
    const rich = this.#rich, { box } = this.composer.writing;
    if (!words) return;
    if (!rich) {
      const at = box.value.indexOf(words);
      box.focus();
      if (at >= 0) box.setSelectionRange(at, at + words.length);
      return;
    }
    let at = -1;
    rich.editor.state.doc.descendants((node, pos) => { if (at < 0 && node.isText && node.text.includes(words)) at = pos + node.text.indexOf(words); });
    if (at >= 0) rich.editor.chain().focus().setTextSelection({ from: at, to: at + words.length }).run();
  }

  #replace(text, from, to) {
    const { box } = this.composer.writing;
    box.focus();
    box.setRangeText(text, from, to, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

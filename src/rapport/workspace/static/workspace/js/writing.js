// Where it is written: the plain box, and over it the rich text once that has come. Notes and channels without rich
// text keep the box.
export class Writing {
  #rich = null;
  #isPlain = false;
  #isComposing = false;
  #asPlain = "";
  #given = { text: "", html: "", signature: "" };

  constructor({ box, place, tools, isRich, wantsPlain, ...heard }) {
    Object.assign(this, { box, place, tools, heard });
    // A page that comes back from the browser's history brings what an earlier editor left.
    this.id = box.id = box.id.replace(/-plain$/, "");
    box.hidden = false;
    place.replaceChildren();
    this.ready = isRich ? this.#load() : Promise.resolve();
    this.#isPlain = wantsPlain;
    for (const name of ["compositionstart", "compositionend"]) box.addEventListener(name, () => { this.#isComposing = name === "compositionstart"; });
  }

  get rich() { return this.#isPlain ? null : this.#rich; }
  get field() { return this.rich?.element ?? this.box; }
  get text() { return this.rich?.text ?? this.box.value; }
  get html() { return this.rich?.html ?? ""; }
  get isEmpty() { return this.rich ? this.rich.isEmpty : !this.box.value.trim(); }

  async #load() {
    // Once for the page, when it has nothing more urgent to do.
    await new Promise((idle) => (window.requestIdleCallback ? requestIdleCallback(idle, { timeout: 1000 }) : setTimeout(idle, 50)));
    const [{ RichText, COMMANDS }] = await Promise.all([import("./rich-text.js"), this.#composed()]);
    if (!this.place.isConnected) return;
    const hadFocus = document.activeElement === this.box;
    this.#rich = new RichText({ place: this.place, label: this.box.getAttribute("aria-label"), content: "", ...this.heard, moved: () => this.#press() });
    this.commands = COMMANDS;
    const { text, html, signature } = this.#given, typed = this.box.value;
    this.#rich.set(typed === text && html ? html : paragraphs(typed) + signature);
    this.#show();
    if (hadFocus && !this.#isPlain) this.#rich.focus();
  }

  /** Nothing is taken from under an input method. */
  #composed() {
    if (!this.#isComposing) return null;
    return new Promise((done) => this.box.addEventListener("compositionend", () => setTimeout(done), { once: true }));
  }

  /** Into the plain box and back, with the words. */
  plain(is) {
    if (is === this.#isPlain) return;
    if (this.#rich && is) this.box.value = this.#asPlain = this.#rich.text;
    this.#isPlain = is;
    if (this.#rich && !is && this.box.value.trim() !== this.#asPlain.trim()) {
      this.#rich.set(paragraphs(this.box.value) + this.#aside());
    }
    this.#show();
    this.grow();
  }

  /** Signature and quote stay when the words before them are replaced. */
  #aside() {
    return [...this.#rich.element.querySelectorAll(":scope > .gmail_signature, :scope > quoted-text")].map((node) => node.outerHTML).join("");
  }

  /** `signature` stands under words that bring no HTML of their own. */
  set({ text, html = "", signature = "" }) {
    this.#given = { text, html: html || paragraphs(text) + signature, signature };
    this.box.value = this.#asPlain = text;
    this.#rich?.set(this.#given.html);
    this.grow();
  }

  sign(html, before = "") { this.#rich?.sign(html, before); }

  prepend(text, html) {
    this.box.value = this.box.value.trim() ? `${text}\n\n${this.box.value}` : text;
    this.#rich?.prepend(html || paragraphs(text));
    this.grow();
  }

  focus() {
    if (this.rich) this.rich.focus();
    else this.box.focus();
  }

  insert(text) {
    if (this.rich) this.rich.editor.chain().focus().insertContent({ type: "text", text }).run();
    else this.box.setRangeText(text, this.box.selectionStart, this.box.selectionEnd, "end");
  }

  /** Does what a tool's button says; false for one it does not know. */
  command(name) {
    if (!this.rich || !this.commands[name]) return false;
    this.commands[name](this.rich.editor);
    return true;
  }

  link(target) {
    const editor = this.rich?.editor;
    if (!editor) return;
    const address = /^[a-z][a-z0-9+.-]*:/i.test(target) ? target : target.includes("@") && !target.includes("/") ? `mailto:${target}` : `https://${target}`;
    // Tiptap's own way waits for the next picture on the screen, and loses what is typed until then.
    editor.view.focus();
    const chain = editor.chain().extendMarkRange("link");
    if (!target) chain.unsetLink().run();
    else if (editor.state.selection.empty && !editor.isActive("link")) chain.insertContent({ type: "text", text: target, marks: [{ type: "link", attrs: { href: address } }] }).run();
    else chain.setLink({ href: address }).run();
  }

  get linked() { return this.rich?.editor.getAttributes("link").href ?? ""; }

  grow() {
    if (this.box.hidden) return;
    this.box.style.blockSize = "auto";
    this.box.style.blockSize = `${Math.min(this.box.scrollHeight, innerHeight * 0.4)}px`;
  }

  destroy() { this.#rich?.destroy(); }

  #show() {
    const isRich = Boolean(this.rich);
    this.place.hidden = !isRich;
    this.box.hidden = isRich;
    if (this.tools) this.tools.hidden = !isRich;
    // Whatever is written in goes by the same name.
    this.box.id = isRich ? `${this.id}-plain` : this.id;
    if (this.#rich) this.#rich.element.id = isRich ? this.id : `${this.id}-rich`;
  }

  #press() {
    const editor = this.#rich?.editor;
    if (!editor || !this.tools) return;
    for (const button of this.tools.querySelectorAll("[data-command][aria-pressed]")) button.setAttribute("aria-pressed", String(editor.isActive(button.dataset.command)));
  }
}

/** Plain text as HTML: an empty line ends a paragraph. */
export function paragraphs(text) {
  const holder = document.createElement("p");
  return text.split(/\n{2,}/).map((part) => {
    holder.textContent = part;
    return `<p>${holder.innerHTML.replaceAll("\n", "<br>")}</p>`;
  }).join("");
}

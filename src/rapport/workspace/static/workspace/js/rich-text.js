// A text with bold, lists, links, quotes and pictures. The editor is Tiptap, which knows Markdown's marks by itself
// ("**bold**", "- item", "> quote", "## heading").
import {
  Blockquote, Bold, BulletList, Code, CodeBlock, Document, Dropcursor, Editor, Gapcursor, HardBreak, Heading, HorizontalRule, Image,
  Italic, Link, ListItem, Node, OrderedList, Paragraph, Strike, Table, TableCell, TableHeader, TableRow, Text, UndoRedo, wrappingInputRule,
} from "./tiptap.js";
import { cleaned } from "./pasting.js";

const Signature = Node.create({
  name: "signature", group: "block", content: "block+", defining: true,
  parseHTML: () => [{ tag: "div.gmail_signature" }],
  renderHTML: () => ["div", { class: "gmail_signature" }, 0],
});
const Quoted = Node.create({
  name: "quoted", group: "block", content: "block+", defining: true,
  parseHTML: () => [{ tag: "quoted-text" }],
  renderHTML: () => ["quoted-text", 0],
});
// "1. " begins a list, which the bundle's own leaves out.
const Numbered = OrderedList.extend({
  addInputRules() {
    return [wrappingInputRule({
      find: /^(\d+)[.)]\s$/, type: this.type, getAttributes: ([, number]) => ({ start: Number(number) }),
      joinPredicate: ([, number], node) => node.childCount + node.attrs.start === Number(number),
    })];
  },
});
const ASIDE = new Set(["signature", "quoted"]);

export class RichText {
  /** `asked` hears of Ctrl K, `files` of pictures and files that are dropped or pasted. */
  constructor({ place, label, content, changed, moved, asked, files }) {
    this.place = place;
    this.files = files;
    this.editor = new Editor({
      element: place, content, injectCSS: false,
      extensions: [
        Document, Paragraph, Text, Bold, Italic, Strike, Code, CodeBlock, Blockquote, BulletList, Numbered, ListItem, HorizontalRule, UndoRedo,
        Dropcursor.configure({ color: false, class: "drop-here" }), Gapcursor, Table.configure({ resizable: false }), TableRow, TableHeader, TableCell, Signature, Quoted,
        Heading.configure({ levels: [2, 3] }),
        // Ctrl Enter sends.
        HardBreak.extend({ addKeyboardShortcuts() { return { "Shift-Enter": () => this.editor.commands.setHardBreak() }; } }),
        Link.configure({ openOnClick: false, enableTarget: false, defaultProtocol: "https", HTMLAttributes: { target: null, rel: null, class: null } })
          .extend({ addKeyboardShortcuts() { return { "Mod-k": () => { asked(); return true; } }; } }),
        Image.configure({ inline: true }),
      ],
      editorProps: {
        attributes: { role: "textbox", "aria-multiline": "true", "aria-label": label, class: "composer-body rich-text" },
        handleKeyDown: (_view, event) => event.key === "Enter" && (event.ctrlKey || event.metaKey),
        transformPastedHTML: cleaned,
        handlePaste: (_view, event) => this.#take(event, event.clipboardData),
        handleDrop: (view, event) => !view.dragging && this.#take(event, event.dataTransfer),
      },
      onUpdate: () => { this.#mark(); changed(); },
      onSelectionUpdate: moved, onTransaction: moved,
    });
    this.#mark();
  }

  get element() { return this.editor.view.dom; }
  get html() { return this.editor.getHTML().replace(/(?:<p><\/p>)+$/, ""); }
  /** What is written, without signature and quote. */
  get text() {
    const parts = [];
    this.editor.state.doc.forEach((node) => { if (!ASIDE.has(node.type.name)) parts.push(node.textBetween(0, node.content.size, "\n", (leaf) => (leaf.type.name === "hardBreak" ? "\n" : ""))); });
    return parts.join("\n").trim();
  }
  get isEmpty() {
    if (this.text) return false;
    let shows = false;
    this.editor.state.doc.descendants((node) => { if (ASIDE.has(node.type.name)) return false; shows ||= node.type.name === "image"; return true; });
    return !shows;
  }

  /** Replaces everything; undoing does not bring back what was there. */
  set(html) {
    this.editor.chain().setMeta("addToHistory", false).setContent(html, { emitUpdate: false }).run();
    this.editor.commands.setTextSelection(this.#end);
    this.#mark();
  }

  /** At the end of what stands before signature and quote. */
  focus() {
    this.editor.view.focus();
    this.editor.commands.focus(this.#end, { scrollIntoView: true });
  }

  get #end() {
    let end = 0;
    this.editor.state.doc.forEach((node, offset) => { if (!ASIDE.has(node.type.name) && end === offset) end = offset + node.nodeSize; });
    return Math.max(1, end - 1);
  }

  prepend(html) { this.editor.commands.insertContentAt(0, html); }
  append(html) { this.editor.commands.insertContentAt(this.editor.state.doc.content.size, html); }

  picture(src, alt) { this.editor.chain().focus().setImage({ src, alt }).run(); }

  /** Another signature in the place of this one, unless it was changed by hand; at the end of the text where there is none. */
  sign(html, before) {
    const present = [...this.editor.state.doc.content.content].findIndex((node) => node.type.name === "signature");
    const now = this.element.querySelector(".gmail_signature")?.textContent;
    if (present >= 0 && wordsOf(now) !== wordsOf(textOf(before))) return;
    let at = 0, stop = 0, index = 0;
    this.editor.state.doc.forEach((node, offset) => {
      if (index === present) { at = offset; stop = offset + node.nodeSize; }
      else if (present < 0 && !ASIDE.has(node.type.name)) at = stop = offset + node.nodeSize;
      index++;
    });
    const chain = this.editor.chain().setMeta("addToHistory", false);
    if (stop > at) chain.deleteRange({ from: at, to: stop });
    if (html) chain.insertContentAt(at, `<div class="gmail_signature">${html}</div>`, { updateSelection: false });
    chain.run();
  }

  destroy() { this.editor.destroy(); }

  #mark() {
    this.place.toggleAttribute("data-empty", this.isEmpty && this.editor.state.doc.firstChild?.type.name === "paragraph");
  }

  // Word and spreadsheets put a picture of the text beside the text; then the text is what was meant.
  #take(event, data) {
    const given = [...(data?.files ?? [])], html = data?.getData("text/html") ?? "";
    if (!given.length || /<(?:p|div|td|li|span)\b[^>]*>[^<]*\S/i.test(html.replace(/<!--[\s\S]*?-->/g, ""))) return false;
    event.preventDefault();
    event.stopPropagation();
    this.files(given);
    return true;
  }
}

function textOf(html) {
  return Object.assign(document.createElement("template"), { innerHTML: html }).content.textContent;
}

function wordsOf(text) {
  return text.replace(/\s+/g, "");
}

export const COMMANDS = {
  bold: (editor) => editor.chain().focus().toggleBold().run(),
  italic: (editor) => editor.chain().focus().toggleItalic().run(),
  strike: (editor) => editor.chain().focus().toggleStrike().run(),
  code: (editor) => editor.chain().focus().toggleCode().run(),
  bulletList: (editor) => editor.chain().focus().toggleBulletList().run(),
  orderedList: (editor) => editor.chain().focus().toggleOrderedList().run(),
  blockquote: (editor) => editor.chain().focus().toggleBlockquote().run(),
  codeBlock: (editor) => editor.chain().focus().toggleCodeBlock().run(),
  heading: (editor) => editor.chain().focus().toggleHeading({ level: 2 }).run(),
  plain: (editor) => editor.chain().focus().unsetAllMarks().clearNodes().run(),
  undo: (editor) => editor.chain().focus().undo().run(),
};

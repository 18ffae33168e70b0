// The page's translated words, from its <meta name="rapport-words">.
const meta = document.querySelector('meta[name="rapport-words"]');
export const words = meta ? JSON.parse(meta.content) : {};

export function say(name, values = {}) {
  return (words[name] ?? "").replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

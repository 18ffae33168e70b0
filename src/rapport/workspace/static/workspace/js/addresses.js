// Addresses out of whatever was typed or pasted: "Park, Kim" <kim@b.example>; lists with commas, semicolons, lines or
// tabs; "kim@b.example (Kim Park)"; mailto: links; bullets.
const ADDRESS = /(?:mailto:)?([^\s<>,;:"'()[\]，；、“”]+@[^\s<>,;:"'()[\]，；、“”?]+)(?:\?[^\s<>,;]*)?/gi;
const VALID = /^[^\s@<>"(),:;]{1,64}@(?:[^\s@.,;:<>()[\]]+\.)+[^\s@.,;:<>()[\]\d]{2,}$/;
const AROUND = /^[\s,;:，；、<>"'“”()[\]•·*\-–]+|[\s,;:，；、<>"'“”()[\]•·*]+$/g;

export function isAddress(text) {
  return VALID.test(text);
}

/** [{ address, name }] in their order. What holds no address at all comes back as one that is none. */
export function addressesIn(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const before = text.slice(end, match.index);
    const comment = before.match(/^[\s>]*\(([^()]+)\)/);
    if (comment && found.length && !found.at(-1).name) found.at(-1).name = comment[1].trim();
    const name = (comment ? before.slice(comment[0].length) : before).replace(AROUND, "").replaceAll(/["“”]/g, "").replace(/\s+/g, " ");
    found.push({ address: match[1].replace(/[.。]+$/, ""), name: /[,;，；、\n]\s*$/.test(before) ? "" : name });
    end = match.index + match[0].length;
  }
  const rest = text.slice(end), comment = rest.match(/^[\s>]*\(([^()]+)\)/);
  if (comment && found.length && !found.at(-1).name) found.at(-1).name = comment[1].trim();
  const left = (comment ? rest.slice(comment[0].length) : rest).replace(AROUND, "");
  if (left) found.push({ address: left, name: "" });
  return found;
}

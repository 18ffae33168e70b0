// A connection test that a server streams: one <li> a step, as each is done.

export function read(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

export async function show(answer, list) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const lines = (waiting + value).split("\n");
    waiting = lines.pop();
    for (const line of lines) list.append(...read(line));
    list.scrollIntoView({ block: "nearest" });
  }
  list.append(...read(waiting));
}

export function allOk(list) {
  return !list.querySelector("[data-ok=no]");
}

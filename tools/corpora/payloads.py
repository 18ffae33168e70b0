"""Attack strings in a real browser: cleaned, shown as a letter, and watched for anything that runs or calls home."""

import json
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, Route, sync_playwright

from rapport.channels.kinds.email import markup
from tests.browser.fixtures import FLAGS
from tools import browser
from tools.corpora.expectations import Score

_AT_ONCE = 100
_ADDRESS = "http://letter.example/"
WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = () => window.ran.push(name);
window.addEventListener("error", () => {}, true);
"""


def payloads(directory: Path) -> Iterator[str]:
    """DOMPurify's, and every line of the lists of cross-site scripting."""
    for path in sorted(directory.rglob("expect.json")):
        yield from (str(each["payload"]) for each in json.loads(path.read_text("utf-8")))
    for path in sorted(directory.rglob("*xss*/**/*")):
        if path.is_file() and path.suffix in (".txt", ".list", "") and "LICENSE" not in path.name:
            yield from path.read_text("utf-8", "replace").splitlines()


def tried(directory: Path) -> Score:
    """Each payload as a sender's HTML, without the frame's sandbox and policy, which would stop it a second time."""
    score = Score("payloads in a browser: nothing runs, nothing is fetched")
    everything = list(payloads(directory))
    if not everything:
        return score
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.path(), args=FLAGS)
        page = chromium.new_page()
        page.add_init_script(WATCH)
        for start in range(0, len(everything), _AT_ONCE):
            some = everything[start : start + _AT_ONCE]
            if is_quiet(page, [_cleaned(payload) for payload in some]):
                score.met += len(some)
                score.of += len(some)
                continue
            for payload in some:
                score.add(is_quiet(page, [_cleaned(payload)]), payload[:100])
        chromium.close()
    return score


def _cleaned(payload: str) -> str:
    return markup.read(payload).html


def is_quiet(page: Page, letters: list[str]) -> bool:
    """Whether these, shown together, neither run nor fetch anything, pointed at, focused and opened.

    The page needs `WATCH` as its init script.
    """
    fetched: list[str] = []
    document = f'<!doctype html><meta charset="utf-8"><body>{"".join(f"<div>{each}</div>" for each in letters)}</body>'

    def answer(route: Route) -> None:
        if route.request.url == _ADDRESS:
            route.fulfill(body=document, content_type="text/html; charset=utf-8")
        else:
            fetched.append(route.request.url)
            route.abort()

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(_ADDRESS)
    ran = page.evaluate("""async () => {
      for (const element of document.body.querySelectorAll("*"))
        for (const name of ["mouseover", "focus", "load", "error", "animationstart", "toggle"])
          element.dispatchEvent(new Event(name, {bubbles: false}));
      await new Promise(done => setTimeout(done, 20));
      const loud = [...document.querySelectorAll("*")].filter(
        element => [...element.attributes].some(each => each.name.startsWith("on")) ||
          /^\\s*(javascript|vbscript|data):/i.test(element.getAttribute("href") || ""));
      return window.ran.concat(loud.map(element => element.tagName));
    }""")
    return not ran and not [url for url in fetched if not url.startswith(("data:", "about:"))]

"""The page of a form as a browser sees it, and a person who takes their time before it: followed on, never hurried."""

import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import httpx

from rapport.channels.contact import stamping
from rapport.channels.simulating import Push, Stage
from rapport.kit.text import one_line

if TYPE_CHECKING:
    from rapport.channels.kinds.form.simulator import FormSimulator

_MARGIN = 0.3
_VOID = frozenset(["input", "br", "img", "hr", "meta", "link", "use", "path"])
_CONTROLS = ("input", "textarea", "select")


@dataclass
class Control:
    """A field of the form; `label` and `error` in the words of the page."""

    name: str
    type: str
    label: str = ""
    value: str = ""
    error: str = ""
    is_required: bool = False
    is_hidden: bool = False
    choices: list[str] = field(default_factory=list)


@dataclass
class Page:
    """`problem` is what is said above the form; `thanks` is empty on every other page."""

    controls: dict[str, Control] = field(default_factory=dict)
    heading: str = ""
    problem: str = ""
    thanks: str = ""
    # All that is said in it.
    words: str = ""

    @property
    def is_form(self) -> bool:
        return "stamp" in self.controls

    @property
    def seen(self) -> list[Control]:
        """What a person sees of it, neither the stamp nor the trap."""
        return [each for each in self.controls.values() if not each.is_hidden]


def read(html: bytes) -> Page:
    reader = _Reader()
    reader.feed(html.decode("utf-8", "replace"))
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    """Each word is known by the elements that it stands in."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._inside: list[tuple[str, dict[str, str]]] = []
        self._labels: dict[str, str] = {}
        self._ids: dict[str, Control] = {}
        self._select: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in _CONTROLS and said.get("name") and self._is_in("form", "contact-form"):
            self._add(tag, said)
        if tag == "option" and self._select is not None and said.get("value"):
            self._select.choices.append(said["value"])
        if tag not in _VOID:
            self._inside.append((tag, said))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._inside) - 1, -1, -1):
            if self._inside[place][0] == tag:
                del self._inside[place:]
                break
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if not self._is_in("main"):
            return
        self.page.words = one_line(f"{self.page.words} {data}")
        if self._is_in("h1"):
            self.page.heading = one_line(f"{self.page.heading} {data}")
        if self._is_in("div", "contact-thanks") and not self._is_in("a"):
            self.page.thanks = one_line(f"{self.page.thanks} {data}")
        for tag, said in self._inside:
            if said.get("role") == "alert":
                self.page.problem = one_line(f"{self.page.problem} {data}")
            elif tag == "label":
                self._labels[said.get("for", "")] = one_line(f"{self._labels.get(said.get('for', ''), '')} {data}")
            elif tag == "p" and said.get("class") == "error":
                self._blame(said.get("id", ""), data)

    def close(self) -> None:
        super().close()
        for name, control in self._ids.items():
            control.label = self._labels.get(name, control.name)

    def _add(self, tag: str, said: dict[str, str]) -> None:
        kind = said.get("type", "text") if tag == "input" else tag
        is_hidden = kind == "hidden" or self._is_in("div", "not-for-people")
        control = Control(said["name"], kind, value=said.get("value", "") if is_hidden else "", is_hidden=is_hidden)
        control.is_required = "required" in said or said.get("aria-required") == "true"
        self.page.controls[control.name] = control
        self._ids[said.get("id", control.name)] = control
        if tag == "select":
            self._select = control

    def _blame(self, name: str, data: str) -> None:
        control = self._ids.get(name.rpartition("_error")[0])
        if control is not None:
            control.error = one_line(f"{control.error} {data}")

    def _is_in(self, tag: str, style: str = "") -> bool:
        return any(each == tag and (not style or style in said.get("class", "").split()) for each, said in self._inside)


class FormStage(Stage):
    """What is sent too fast is refused as a machine's: its person looks at the form for as long as people do."""

    simulator: "FormSimulator"

    def __init__(self, simulator: "FormSimulator", *, port: int = 0) -> None:
        super().__init__(simulator, port=port)
        simulator.fetch = self._fetch
        self.opened = time.monotonic()

    def push(self, push: Push) -> httpx.Response:
        """Goes on to where the answer points, as browsers do."""
        if push.method == "POST":
            time.sleep(max(0.0, self.opened + stamping.SHORTEST + _MARGIN - time.monotonic()))
        answer = super().push(push)
        if answer.is_redirect:
            answer = super().push(Push(method="GET", path=answer.headers["Location"]))
        self.opened = time.monotonic()
        return answer

    def _fetch(self, push: Push) -> bytes:
        return self.push(push).content

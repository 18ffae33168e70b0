"""A person who fills in the form on a site, played on this machine as the frame with it is one.

WORDS                fills in the form, with these as the message, and sends it
/fill FIELD WORDS    writes this into another field from now on: email, name, subject, q0, q1 and so on; without words
                     the field stays empty

The page with the form is really there, at the simulator's own address, for a browser beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from rapport.channels.contact import framing
from rapport.channels.kinds.form.page import Control, FormStage, Page, read
from rapport.channels.simulating import Asked, CannotSay, Heard, Push, Said, SentFile, Simulator
from rapport.kit.text import one_line, shortened

EMAIL = "kim@studio.example"
_FILL = "/fill"
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Studio lamps</title>
<h1>Studio lamps</h1><p>Played by <code>rapport channel simulate form</code>. The form is below.</p>
{snippet}</html>"""


class FormSimulator(Simulator):
    def __init__(self) -> None:
        super().__init__()
        # What is written into fields besides the message.
        self.filled: dict[str, str] = {"name": self.person, "email": EMAIL}
        # The form that is open and was not sent yet.
        self.page: Page | None = None
        # Brings a page; set by the stage.
        self.fetch: Callable[[Push], bytes] = lambda _push: b""

    @property
    def hint(self) -> str:
        return (
            f"The same form for your browser is on {self.api}/. /fill FIELD WORDS fills in another field, such as "
            f"email or subject. A form carries no answers: they leave by mail, from a mailbox, to {EMAIL}."
        )

    def stage(self, *, port: int = 0) -> FormStage:
        return FormStage(self, port=port)

    def settings(self, api: str) -> Mapping[str, Any]:
        topics = ["An order", "A repair", "Something else"]
        topic = {"label": "Topic", "key": "", "is_required": False, "choices": topics}
        asked = {"ask_name": "optional", "ask_subject": "required", "questions": [topic]}
        return {"origins": [api], "takes_files": True, "megabytes": 10, "most_links": 3, **asked}

    def arrives(self) -> Sequence[Push]:
        """They open the page with the form."""
        return [self._opening]

    def says(self, text: str, files: Sequence[SentFile] = ()) -> Sequence[Push]:
        if text == _FILL or text.startswith(f"{_FILL} "):
            self._fill(text.removeprefix(_FILL).strip(), files)
            return ()
        if not text.strip():
            raise CannotSay("There are no words in this message, which the form asks for.")
        page = self.page if self.page is not None else read(self.fetch(self._opening))
        if not page.is_form:
            raise CannotSay(_refusal(page))
        if files and "files" not in page.controls:
            raise CannotSay("This form takes no files.")
        # Its stamp is good for one message.
        self.page = None
        values = {each.name: self._value(each, text) for each in page.controls.values() if each.type != "file"}
        content_type, body = _multipart(values, files)
        return [Push(body, {**self._headers, "Content-Type": content_type}, query={"embed": ""}, path=self._path)]

    def told(self, push: Push, answer: bytes) -> Sequence[Push]:
        """What the page shows. Raises CannotSay for what is refused; then the form is there to be sent again."""
        page = read(answer)
        self.page = page if page.is_form else None
        if page.thanks:
            self.heard.put(Heard(page.thanks, sign="thanks"))
        elif page.is_form and push.method == "GET":
            asked = ", ".join(f"{each.label} [{each.name}]" for each in page.seen)
            self.heard.put(Heard(f"{page.heading} asks: {asked}", sign="form"))
        elif page.words:
            raise CannotSay(_refusal(page))
        return ()

    def answers(self, asked: Asked) -> tuple[Said, Sequence[Push]]:
        """The page that the form stands on."""
        if asked.path != "/":
            return Said("There is only one page here.", 404, {"Content-Type": "text/plain"}), ()
        page = _PAGE.format(snippet=framing.snippet(framing.page_of(self.push_url)))
        return Said(page, headers={"Content-Type": "text/html; charset=utf-8"}), ()

    @property
    def _path(self) -> str:
        return urlsplit(framing.page_of(self.push_url)).path

    @property
    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": "en", "Referer": f"{self.api}/"}

    @property
    def _opening(self) -> Push:
        return Push(headers=self._headers, method="GET", query={"embed": ""}, path=self._path)

    def _fill(self, said: str, files: Sequence[SentFile]) -> None:
        name, _space, words = said.partition(" ")
        if not name or files:
            raise CannotSay("/fill takes the name of a field and what is written into it, and no files.")
        known = self.page.seen if self.page else []
        if name in ("message", "files") or (known and name not in [each.name for each in known]):
            others = [each.name for each in known if each.name not in ("message", "files")]
            raise CannotSay(f"“{name}” cannot be filled in this way. These can: {', '.join(others)}.")
        self.filled[name] = words.strip()

    def _value(self, control: Control, text: str) -> str:
        """What they write there: what they were told to, else what goes through."""
        if control.is_hidden:
            return control.value
        if control.name == "message":
            return text
        if control.name in self.filled:
            return self.filled[control.name]
        if control.name == "subject":
            return shortened(one_line(text), 60)
        return control.choices[0] if control.choices and control.is_required else ""


def _refusal(page: Page) -> str:
    """In the page's own words, each field by its label."""
    fields = [f"{each.label} [{each.name}]: {each.error}" for each in page.seen if each.error]
    said = page.problem or ("" if page.is_form else page.words)
    return " ".join(filter(None, (said, "; ".join(fields)))) or "The page with the form did not open."


def _multipart(values: Mapping[str, str], files: Sequence[SentFile]) -> tuple[str, bytes]:
    """As a browser sends the form: its type and its body."""
    fields = [(name, (None, value.encode())) for name, value in values.items()]
    carried = [("files", (file.name, file.body, file.content_type)) for file in files]
    made = httpx.Request("POST", "http://form.example/", files=[*fields, *carried])
    return made.headers["Content-Type"], made.read()

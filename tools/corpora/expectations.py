"""What corpora expect, where they say so, beside what we read: visible text, addresses, strings."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from rapport.channels.kinds.email.addresses import addresses_in
from rapport.channels.kinds.email.authentication.names import Names
from rapport.channels.kinds.email.authentication.signatures import chain
from rapport.channels.kinds.email.quoting import visible_text
from rapport.channels.kinds.email.reading import read

# Of email_reply_parser, whose expectations stand in its code: how the visible text of each mail begins and ends.
REPLIES = {
    "correct_sig.txt": ("this is an email with", "-- signature."),
    "email_1_1.txt": ("Hi folks", "Java HTTP API."),
    "email_1_2.txt": ("Hi,", 'delete them all individually."'),
    "email_1_3.txt": ("Oh thanks.", "would be great."),
    "email_1_4.txt": ("Awesome!", "problem with it."),
    "email_1_5.txt": ("One: Here's what I've got.", "for a while."),
    "email_1_6.txt": ("I get proper rendering", "torch of pixels"),
    "email_1_7.txt": (":+1:", ":+1:"),
    "email_1_8.txt": ("On Tue, Apr 29, 2014", "and under this."),
    "email_2_1.txt": ("Outlook with a reply", "Outlook with a reply"),
    "email_2_2.txt": ("Outlook with a reply", "directly above line"),
    "email_2_3.txt": ("Outlook with a reply", "directly above line"),
    "email_BlackBerry.txt": ("Here is another email", "Here is another email"),
    "email_bullets.txt": ("test 2 this should", "- and another"),
    "email_iPhone.txt": ("Here is another email", "Here is another email"),
    "email_long_quote.txt": ("Hi folks", "Java HTTP API."),
    "email_multi_word_sent_from_my_mobile_device.txt": ("Here is another email", "Here is another email"),
    "email_one_is_not_on.txt": ("Thank, this is", "when I run..."),
    "email_sent_from_my_not_signature.txt": ("Here is another email", "my mobile phone."),
    "email_sig_delimiter_in_middle_of_line.txt": ("Hi there!", "kthxbai"),
    "greedy_on.txt": ("On your remote host", "is not working."),
    "pathological.txt": ("I think you're onto", "back to a computer."),
}


@dataclass
class Score:
    """How many expectations were met, of how many."""

    name: str
    met: int = 0
    of: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, is_met: bool, what: str) -> None:
        self.of += 1
        self.met += is_met
        if not is_met:
            self.missed.append(what)

    @property
    def share(self) -> float:
        return self.met / self.of if self.of else 1.0


def scores(directory: Path) -> Iterator[Score]:
    """Of every folder that brings expectations of a kind we know."""
    yield _replies(directory)
    yield _standard_replies(directory)
    yield _addresses(directory)
    yield _strings(directory)
    yield _chains(directory)


def _replies(directory: Path) -> Score:
    score = Score("email_reply_parser: visible text")
    for path in sorted(directory.rglob("email_reply_parser/**/*.txt")):
        if path.name in REPLIES:
            begin, end = REPLIES[path.name]
            seen = visible_text(path.read_text("utf-8", "replace"))
            score.add(seen.startswith(begin) and seen.endswith(end), path.name)
    return score


def _standard_replies(directory: Path) -> Score:
    """As talon lays them out: mails, and beside some of them the reply as text; for the others it is "Hello"."""
    score = Score("standard replies: visible text")
    for path in sorted(directory.rglob("standard_replies/*.eml")):
        expected = path.with_name(f"{path.stem}_reply_text")
        wanted = expected.read_text("utf-8", "replace") if expected.exists() else "Hello"
        seen = getattr(read(path.read_bytes())[0], "visible_text", "")
        score.add("".join(seen.split()) == "".join(wanted.split()), f"{path.name}: {seen[:60]!r}")
    return score


def _addresses(directory: Path) -> Score:
    score = Score("address lists: valid addresses read")
    for path in sorted(directory.rglob("mailbox_valid*.txt")):
        for line in path.read_text("utf-8", "replace").splitlines():
            if line.strip() and not line.startswith("#"):
                found = addresses_in([line])
                score.add(bool(found) and found[0].address == _address_in(line), line)
    return score


def _address_in(line: str) -> str:
    """Without display name and comments, by the simplest rules."""
    named = re.search(r"<([^<>]*)>\s*$", line)
    if named:
        return named.group(1).strip()
    return line.strip() if line.startswith('"') else re.sub(r"\([^()]*\)", "", line).strip()


def _strings(directory: Path) -> Score:
    """Naughty strings as the text of a mail come back as they are, but for characters that no database takes."""
    score = Score("naughty strings: text of a mail")
    for path in sorted(directory.rglob("blns.json")):
        for text in json.loads(path.read_text("utf-8")):
            mail = b"From: a@b.example\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\n" + text.encode()
            wanted = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]", "", re.sub(r"\r\n|\r", "\n", text))
            score.add(read(mail)[0].text.strip() == wanted.strip("\n").strip(), repr(text)[:80])  # type: ignore[attr-defined]
    return score


def _chains(directory: Path) -> Score:
    """Chains of those who passed a mail on, with the keys that the file says were published."""
    score = Score("arc_test_suite: validation of the chain")
    for path in sorted(directory.rglob("arc_test_suite/tests/*validation*.yml")):
        for scenario in yaml.safe_load_all(path.read_text("utf-8")):
            names = _Published(scenario.get("txt-records") or {})
            for name, case in scenario["tests"].items():
                # Nothing is said of a chain that somebody before had found broken: it is none that holds.
                wanted = str(case["cv"]).lower() or "fail"
                score.add(chain(case["message"].encode(), names) == wanted, f"{scenario['description']} {name}")
    return score


class _Published(Names):
    """A name system that knows one file."""

    def __init__(self, records: dict[str, str]) -> None:
        super().__init__()
        self._records = {name.lower().rstrip("."): value for name, value in records.items()}

    def look_up(self, name: str, kind: str) -> list[object]:
        found = self._records.get(name.lower().rstrip("."))
        return [(found.encode(),)] if found and kind == "TXT" else []

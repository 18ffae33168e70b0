"""Plain text without quoted mails and signature."""

import re
from collections.abc import Sequence

from rapport.channels.kinds.email.quoting import words

# Beyond this nobody wrote it this time; looking for quotes in it would only take long.
LONGEST = 1_000_000
_LONGEST_LINE = 400
_LONGEST_INTRODUCTION = 250
_LONGEST_SIGNATURE = 12
_HEADER_LINES = 9
_MOST_WORDS_OF_A_NAME = 6
_LONGEST_WARNING = 6
_SPACES = re.compile(r"[\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible_text(text: str) -> str:
    """The part of a text that its writer wrote this time; all of it when cutting would leave nothing."""
    if len(text) > LONGEST:
        return text
    lines = text.split("\n")
    end = own_lines(lines)
    return "\n".join(lines[_warning(lines[:end]) : end]).strip() or text.strip()


def own_lines(lines: Sequence[str]) -> int:
    """How many lines from the top are the writer's own; what follows is quoted, a signature or blank."""
    plain = [_SPACES.sub(" ", line).strip() for line in lines]
    end = _quote_starts(plain)
    before = -1
    while end != before:
        before = end
        own = _without_trailing_quote(plain, end)
        is_quoted = any(line.startswith(">") for line in plain[own:end])
        end = _without_introduction(plain, own) if is_quoted else own
        end = _without_signature(plain, _without_disclaimer(plain, end))
    return end


def _quote_starts(lines: Sequence[str]) -> int:
    """The line at which a quoted mail begins that goes on to the end."""
    for index, line in enumerate(lines):
        if words.POINTED.fullmatch(line):
            return index
        if not line or line.startswith(">") or len(line) > _LONGEST_LINE:
            continue
        if words.FORWARDED.fullmatch(line.lower()):
            # Whoever forwards a mail wants it to be read.
            return len(lines)
        if _is_torn(lines, index) or (_introduces(lines, index) and not _answered_below(lines, index)):
            while index and (not lines[index - 1] or words.RULE.fullmatch(lines[index - 1])):
                index -= 1
            return index
    return len(lines)


def _introduces(lines: Sequence[str], index: int) -> bool:
    line = lines[index].lower()
    if words.LABEL.match(line):
        return _is_header(lines, index)
    if line[:1] in "-_=#*~‐–—" and (
        words.ORIGINAL.fullmatch(line) or words.RULED_VERB.fullmatch(line) or words.ABOVE_THIS_LINE.fullmatch(line)
    ):
        return True
    return bool(words.ABOVE_THIS_LINE.fullmatch(line)) or _says_who_wrote(lines, index)


def _is_header(lines: Sequence[str], index: int) -> bool:
    """From, date, to, subject: at least three of them in a row, the sender or the date among the first two."""
    following = [line.lower() for line in lines[index : index + 2 * _HEADER_LINES] if line][:_HEADER_LINES]
    kinds = [found.lastgroup for line in following if (found := words.LABEL.match(line)) is not None]
    if "subject" not in kinds and not any("@" in line for line in following):
        return False  # a journey has a from, a to and a date as well
    return len(set(kinds)) >= 3 and kinds[0] in ("from", "date", "subject") and "from" in kinds[:3]


def _says_who_wrote(lines: Sequence[str], index: int) -> bool:
    """Whether a line, or up to four that belong together, are "On Wednesday, Ada wrote:" in some language."""
    block = ""
    for height in range(4):
        if index + height >= len(lines):
            return False
        line = lines[index + height].lower()
        if height and (not line or line.startswith(">")):
            return False
        block = f"{block} {line}" if block else line
        if len(block) > _LONGEST_LINE:
            return False
        if block[-1] in ":：" and _is_attribution(block, height, last=line, first=lines[index].lower()):
            return True
    return False


def _is_torn(lines: Sequence[str], index: int) -> bool:
    """An attribution whose address Polymail puts on lines of its own, which begin like quoted ones."""
    first = lines[index].lower()
    if not (words.OPENERS.match(first) and words.MOMENT.search(first)):
        return False
    rest = [line.lower() for line in lines[index + 1 : index + 6] if line][:3]
    return len(rest) == 3 and rest[0] == "<" and rest[1].startswith("mailto:") and rest[2].startswith("> wrote")


def _is_attribution(block: str, height: int, *, last: str, first: str) -> bool:
    if words.ONESELF.search(block):
        return False
    if height and _is_attribution(last, 0, last=last, first=last):
        return False  # it begins further down
    begins_here = bool(words.MOMENT.search(first) or words.IN_BRACKETS.search(first))
    if words.DATED_ADDRESS.fullmatch(block) or (begins_here and _names_moment_and_address(block)):
        return True
    verb = words.VERBS.search(block)
    if verb is None:
        return False
    if words.OPENERS.match(block) and words.MOMENT.search(block):
        return True
    # A name comes first: only in one line, or where the address was wrapped.
    if height > 1 or (height == 1 and "<" not in last and "写道" not in last and "寫道" not in last):
        return False
    named = words.NAME_FIRST.match(block)
    if named and (verb.start() >= named.end() or words.MOMENT.search(block)):
        return height == 0 or "<" in last or named.end() <= len(block) - len(last)
    return bool(words.MOMENT.search(block)) and _is_dated(block)


def _names_moment_and_address(block: str) -> bool:
    return bool(words.TIMED.match(block) and words.IN_BRACKETS.search(block) and len(block) < _LONGEST_INTRODUCTION)


def _is_dated(block: str) -> bool:
    """Whether a name, the verb and the moment stand as in "Ada Lindqvist schrieb am 18.11.2026 um 18:04:"."""
    return bool(words.NAME_VERB_MOMENT.search(block) or words.NAME_MOMENT_VERB.search(block))


def _answered_below(lines: Sequence[str], index: int) -> bool:
    """Whether own words follow a marked quotation: then the answer is below or between, and all of it is kept."""
    rest = [line for line in lines[index + 1 :] if line]
    first = next((place for place, line in enumerate(rest) if line.startswith(">")), None)
    if first is None or first > 3:
        return False
    rest = rest[first:]
    own = [line for line in rest[: _without_signature(rest, len(rest))] if not line.startswith(">")]
    return any(not _introduces([line], 0) for line in own)


def _without_trailing_quote(lines: Sequence[str], end: int) -> int:
    while end and (not lines[end - 1] or lines[end - 1].startswith(">")):
        end -= 1
    return end


def _without_introduction(lines: Sequence[str], end: int) -> int:
    """Without the line, or the few, that say in any language whose words the quotation below them are."""
    block = ""
    for height in range(1, min(end, 4) + 1):
        line = lines[end - height].lower()
        if not line or len(line) + len(block) > _LONGEST_INTRODUCTION or (height > 1 and line[-1] in ".!?。！？"):
            return end
        block = f"{line} {block}".rstrip()
        if height == 1 and block[-1] not in ":：":
            return end - 1 if words.DATED_ADDRESS.fullmatch(block) else end
        if words.ONESELF.search(block):
            return end
        if _is_complete(block):
            return end - height
    return end


def _is_complete(block: str) -> bool:
    """Whether it names who wrote: by a verb after a name or a date, by an address and a moment, or by quoting them."""
    if words.QUOTING.match(block) or (words.IN_BRACKETS.search(block) and words.MOMENT.search(block)):
        return True
    verb = words.VERBS.search(block)
    if verb is None:
        return bool(words.TIMED.match(block))
    is_name = verb.start() > 1 and block.count(" ") < _MOST_WORDS_OF_A_NAME and not words.SENTENCE.search(block)
    return is_name or bool(words.MOMENT.search(block) or words.IN_BRACKETS.search(block))


def _without_disclaimer(lines: Sequence[str], end: int) -> int:
    """The paragraph at which what lawyers add begins; it goes on to the end."""
    for index in range(1, end):
        if lines[index - 1] and not words.RULE.fullmatch(lines[index - 1]):
            continue
        line = lines[index].lower().lstrip("*_ ")
        if words.DISCLAIMER.match(line) and words.LEGAL.search(" ".join(lines[index : index + 12]).lower()):
            while index and (not lines[index - 1] or words.RULE.fullmatch(lines[index - 1])):
                index -= 1
            return index or end
    return end


def _warning(lines: Sequence[str]) -> int:
    """How many lines at the top are a mail server's warning of strangers rather than anybody's words."""
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if not words.WARNING.search(" ".join(lines[index : index + 3]).lower()):
            return 0
        after = next((place for place in range(index, len(lines)) if not lines[place].strip()), 0)
        return after if after - index <= _LONGEST_WARNING else 0
    return 0


def _without_signature(lines: Sequence[str], end: int) -> int:
    """The line at which the signature begins; `end` when there is none."""
    while end and not lines[end - 1]:
        end -= 1
    for index in range(end - 1, max(end - _LONGEST_SIGNATURE - 2, 0), -1):
        if words.DELIMITER.fullmatch(lines[index]):
            return index
        if words.LIST_RULE.fullmatch(lines[index]) and words.LIST_FOOTER.search(" ".join(lines[index:end]).lower()):
            return index
    if end > 1 and len(lines[end - 1]) < _LONGEST_LINE and _is_from_a_phone(lines[end - 1].lower()):
        return end - 1
    if end > 2 and not lines[end - 2] and len(lines[end - 1]) < 60 and words.SIGN_OFF.fullmatch(lines[end - 1]):
        return end - 1
    return end


def _is_from_a_phone(line: str) -> bool:
    said = words.LINKED.sub("", line).replace("[", "").replace("  ", " ").strip()
    return len(said) < 100 and words.FROM_A_PHONE.fullmatch(said) is not None

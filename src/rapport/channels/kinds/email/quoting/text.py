"""Plain text without quoted mails and signature."""

import re
from collections.abc import Sequence

from rapport.channels.kinds.email.quoting import words

# Beyond this nobody wrote it this time; looking for quotes in it would only take long.
LONGEST = 1_000_000
_LONGEST_LINE = 400
_LONGEST_SIGNATURE = 12
_HEADER_LINES = 9
_SPACES = re.compile(r"[\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff]")


def visible_text(text: str) -> str:
    """The part of a text that its writer wrote this time; all of it when cutting would leave nothing."""
    if len(text) > LONGEST:
        return text
    lines = text.split("\n")
    return "\n".join(lines[: own_lines(lines)]).strip() or text.strip()


def own_lines(lines: Sequence[str]) -> int:
    """How many lines from the top are the writer's own; what follows is quoted, a signature or blank."""
    plain = [_SPACES.sub(" ", line).strip() for line in lines]
    end = _quote_starts(plain)
    before = -1
    while end != before:
        before = end
        end = _without_trailing_quote(plain, end)
        end = _without_signature(plain, end)
    return end


def _quote_starts(lines: Sequence[str]) -> int:
    """The line at which a quoted mail begins that goes on to the end."""
    for index, line in enumerate(lines):
        if not line or line.startswith(">") or len(line) > _LONGEST_LINE:
            continue
        if words.FORWARDED.fullmatch(line.lower()):
            # Whoever forwards a mail wants it to be read.
            return len(lines)
        if _introduces(lines, index) and not _answered_below(lines, index):
            while index and (not lines[index - 1] or words.RULE.fullmatch(lines[index - 1])):
                index -= 1
            return index
    return len(lines)


def _introduces(lines: Sequence[str], index: int) -> bool:
    line = lines[index].lower()
    if words.LABEL.match(line):
        return _is_header(lines, index)
    if line[:1] in "-_=#*~" and (
        words.ORIGINAL.fullmatch(line) or words.RULED_VERB.fullmatch(line) or words.ABOVE_THIS_LINE.fullmatch(line)
    ):
        return True
    return bool(words.ABOVE_THIS_LINE.fullmatch(line)) or _says_who_wrote(lines, index)


def _is_header(lines: Sequence[str], index: int) -> bool:
    """From, date, to, subject: at least three of them in a row, the sender or the date among the first two."""
    following = [line.lower() for line in lines[index : index + 2 * _HEADER_LINES] if line][:_HEADER_LINES]
    kinds = [found.lastgroup for line in following if (found := words.LABEL.match(line)) is not None]
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
        if block[-1] in ":：" and _is_attribution(block, height, last=line):
            return True
    return False


def _is_attribution(block: str, height: int, *, last: str) -> bool:
    if words.ONESELF.search(block):
        return False
    if height and _is_attribution(last, 0, last=last):
        return False  # it begins further down
    if words.DATED_ADDRESS.fullmatch(block):
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


def _without_signature(lines: Sequence[str], end: int) -> int:
    """The line at which the signature begins; `end` when there is none."""
    while end and not lines[end - 1]:
        end -= 1
    for index in range(end - 1, max(end - _LONGEST_SIGNATURE - 2, 0), -1):
        if words.DELIMITER.fullmatch(lines[index]):
            return index
        if words.LIST_RULE.fullmatch(lines[index]) and words.LIST_FOOTER.search(" ".join(lines[index:end]).lower()):
            return index
    if end > 1 and len(lines[end - 1]) < 100 and words.FROM_A_PHONE.fullmatch(lines[end - 1].lower()):
        return end - 1
    if end > 2 and not lines[end - 2] and len(lines[end - 1]) < 60 and words.SIGN_OFF.fullmatch(lines[end - 1]):
        return end - 1
    return end

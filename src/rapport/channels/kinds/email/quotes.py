"""What the writer wrote this time: the text without quoted mails and signature. When in doubt nothing is cut."""

import re

_SHORT = r"[^\n]{0,200}"
# Lines that begin a quoted mail. Each is tried at the start of a line, up to four lines long for those that wrap.
_INTRODUCTIONS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # English: Gmail, Apple Mail, Thunderbird
        r"on\b[^\n]{4,150}(?:\n[^\n]{0,150}){0,2}?\bwrote:[ \t]*$",
        r"[^\n]{3,100}<[^\s<>]+@[^\s<>]+>[ \t]+wrote:[ \t]*$",
        r"-{2,}[ \t]*original message[ \t]*-{2,}[ \t]*$",
        r"-{2,}[ \t]*original (?:appointment|e-?mail)[ \t]*-{2,}[ \t]*$",
        r"-{5,}[ \t]*reply above this line[ \t]*-{5,}",
        # Chinese: Gmail, Apple Mail, QQ Mail and Foxmail, NetEase, Outlook
        r"在[ \t]?\d{4}[^\n]{4,150}(?:\n[^\n]{0,150}){0,2}?写道[:：][ \t]*$",
        r"[^\n]{0,150}于[ \t]?\d{4}[^\n]{4,80}(?:\n[^\n]{1,100})?写道[:：][ \t]*$",
        r"-{2,}[ \t]*(?:原始邮件|邮件原件|回复的原邮件|原邮件|原始郵件)[ \t]*-{2,}[ \t]*$",
    )
]
# The header of a quoted mail as Outlook and many others put it: at least three of these lines in a row.
_QUOTED_HEADER = re.compile(
    r"\*?(?:from|sent|date|to|cc|subject|发件人|发送时间|发送日期|日期|时间|收件人|抄送|抄送人|主题|寄件者|收件者|主旨)"
    r"\*?[ \t]*[:：]\*?",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"-{2,}[ \t]*forwarded message[ \t]*-{2,}|begin forwarded message:|-{2,}[ \t]*转发(?:的)?邮件(?:信息)?[ \t]*-{2,}",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_\-=]{10,}[ \t]*$")
_SIGNATURE = re.compile(r"-- ?$")
_FROM_PHONE = re.compile(
    r"(?:sent (?:from|via|with) (?:my |the |yahoo|outlook|mail for|proton|gmail)|get outlook for |"
    r"发自我的|来自我的|从我的.{1,20}发送|发送自我的|发自.{0,10}(?:iphone|ipad|outlook|qq邮箱|网易邮箱)|获取 ?outlook)"
    + _SHORT
    + "$",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = 12
# Beyond this nobody wrote it this time; looking for quotes in it would only take long.
_LONGEST = 200_000


def visible_text(text: str) -> str:
    """The part of a text that its writer wrote this time; all of it when cutting would leave nothing."""
    if len(text) > _LONGEST:
        return text
    lines = text.split("\n")
    end = _quote_starts(lines)
    kept = _without_signature(_without_trailing_quote(lines[:end]))
    return "\n".join(kept).strip() or text.strip()


def _quote_starts(lines: list[str]) -> int:
    """The line at which a quoted mail begins that goes on to the end."""
    for index, line in enumerate(lines):
        if _FORWARDED.match(line.strip()):
            return len(lines)
        if _introduces(lines, index) and not _answered_below(lines, index):
            while index and (not lines[index - 1].strip() or _RULE.match(lines[index - 1].strip())):
                index -= 1
            return index
    return len(lines)


def _introduces(lines: list[str], index: int) -> bool:
    line = lines[index].strip()
    if not line or line.startswith(">"):
        return False
    if _QUOTED_HEADER.match(line):
        following = [other.strip() for other in lines[index : index + 8] if other.strip()]
        return sum(1 for other in following if _QUOTED_HEADER.match(other)) >= 3
    if not any(mark in line for mark in ("-", "wrote", "写道", "于", "在", "On", "on")):
        return False
    for height in (1, 2, 3):
        block = "\n".join(other.strip() for other in lines[index : index + height])
        if any(pattern.fullmatch(block) for pattern in _INTRODUCTIONS):
            return True
    return False


def _answered_below(lines: list[str], index: int) -> bool:
    """Whether own words follow a marked quotation: then the answer is below or between, and all of it is kept."""
    rest = [line.strip() for line in lines[index + 1 :] if line.strip()]
    first = next((place for place, line in enumerate(rest) if line.startswith(">")), None)
    if first is None or first > 3:
        return False
    own = [line for line in _without_signature(rest[first:]) if not line.startswith(">")]
    return any(not _introduces([line], 0) for line in own)


def _without_trailing_quote(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    return lines[:end]


def _without_signature(lines: list[str]) -> list[str]:
    for index in range(len(lines) - 1, max(len(lines) - _LONGEST_SIGNATURE - 1, 0), -1):
        if _SIGNATURE.fullmatch(lines[index]):
            return lines[:index]
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    if end > 1 and _FROM_PHONE.match(lines[end - 1].strip()) and len(lines[end - 1]) < 120:
        return lines[: end - 1]
    return lines[:end]

"""Authentication-Results as RFC 8601 writes them, and as Exchange Online does, which leaves out its own name."""

import re
from dataclasses import dataclass, field

_LONGEST = 10_000
_MOST = 50
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s;="()]+|[;=]')
_METHOD = re.compile(r"[a-z][a-z0-9-]*", re.IGNORECASE)


@dataclass(frozen=True)
class Result:
    """One result; `said` are its properties by name, such as {"header.d": "shop.example"}."""

    method: str
    result: str
    said: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """Who looked, in lower case and empty where it does not say, and what it found in order."""

    host: str
    found: tuple[Result, ...]


def parse(value: str) -> Results:
    """What one header says; nothing is found in what cannot be understood."""
    groups = _groups(_TOKEN.findall(without_comments(value[:_LONGEST])))
    host = ""
    if groups and "=" not in groups[0]:
        host = _bare(groups[0][0]).lower().rstrip(".") if groups[0] else ""
        groups = groups[1:]
    found = (_result(group) for group in groups[:_MOST])
    return Results(host, tuple(each for each in found if each is not None))


def without_comments(value: str) -> str:
    """Comments nest and may hold anything; a quoted string may hold what looks like one."""
    kept: list[str] = []
    depth, is_quoted, is_escaped = 0, False, False
    for character in value:
        if is_escaped:
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        elif character == '"' and not depth:
            is_quoted = not is_quoted
        elif character == "(" and not is_quoted:
            depth += 1
        if not depth:
            kept.append(character)
        if character == ")" and depth and not is_escaped:
            depth -= 1
            kept.append(" " if not depth else "")
    return "".join(kept)


def _groups(tokens: list[str]) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    for word in tokens:
        if word == ";":
            groups.append([])
        else:
            groups[-1].append(word)
    return groups


def _result(tokens: list[str]) -> Result | None:
    """`dkim=pass header.d=shop.example`, perhaps `dkim/1=pass`; values of properties may lack their quotes."""
    if tokens[1:2] == ["/"]:
        tokens = [tokens[0], *tokens[3:]]
    if len(tokens) < 3 or tokens[1] != "=" or not _METHOD.match(tokens[0]):
        return None
    said: dict[str, str] = {}
    for at in range(3, len(tokens) - 2):
        if tokens[at + 1] == "=" and tokens[at] != "=":
            said.setdefault(tokens[at].lower(), _bare(tokens[at + 2]))
    return Result(tokens[0].partition("/")[0].lower(), _bare(tokens[2]).lower(), said)


def _bare(token: str) -> str:
    if len(token) > 1 and token[0] == token[-1] == '"':
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    return token

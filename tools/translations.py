"""Simplified Chinese, kept complete: `python -m tools.translations extract|check|compile`.

`extract` brings the catalogue up to date with the texts in templates and code, `compile` writes what Django reads, and
`check` fails when a text is missing, untranslated or stale, or when a placeholder was lost. Pure Python: gettext's own
programs are not needed. Scripts hold no texts of their own; templates hand them over in data attributes.
"""

import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import django
import polib
from babel.messages.extract import extract as extract_python
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "rapport"
LANGUAGES = {"zh_Hans": "nplurals=1; plural=0;"}

KEYWORDS = {
    name + lazy: arguments
    for name, arguments in {
        "_": None,
        "gettext": None,
        "gettext_noop": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
    for lazy in ("", "_lazy")
}
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*[\d.]*[a-zA-Z]|(?<!%)%[sd]|\{\w*\}")
# Cotton's `:attribute="_('Text')"` is an expression that Django's own extraction does not look into.
IN_ATTRIBUTE = re.compile(r"""(?<![\w.])_\(\s*('[^'\n]+'|"[^"\n]+")\s*\)""")

Key = tuple[str, str, str]


def catalogue(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


# -- Finding the texts -----------------------------------------------------------------------------


def texts() -> dict[Key, set[str]]:
    """Every (context, text, plural) that people may see, with the files it stands in."""
    found: dict[Key, set[str]] = defaultdict(set)
    for path in _sources():
        for key in _texts_in(path):
            found[key].add(path.relative_to(PACKAGE.parent.parent).as_posix())
    return found


def _sources() -> Iterator[Path]:
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.relative_to(PACKAGE).parts
        if "tests" in inside or "migrations" in inside:
            continue
        if path.suffix == ".py" or (path.suffix in (".html", ".txt") and "templates" in inside):
            yield path


def _texts_in(path: Path) -> Iterator[Key]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = _as_python(source, path)
    # Babel decodes the bytes itself; a template that became Python has no coding line.
    lines = io.BytesIO(source.encode())
    for _line, _function, message, _comments, context in _extracted(lines):
        single, plural = message if isinstance(message, tuple) else (message, "")
        if single:
            yield (context or "", single, plural or "")


def _extracted(lines: io.BytesIO) -> Iterator[tuple]:
    for line, message, comments, context in extract_python("python", lines, KEYWORDS, options={"encoding": "utf-8"}):
        yield line, "", message, comments, context


def _as_python(source: str, path: Path) -> str:
    """The template with everything but its texts blanked out, as calls that the Python extractor reads."""
    flat = "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())
    return flat + "\n" + "\n".join(f"_({text})" for text in IN_ATTRIBUTE.findall(source)) + "\n"


# -- Keeping the catalogue -------------------------------------------------------------------------


def extract() -> int:
    """Add new texts to every catalogue, drop gone ones, keep what is translated."""
    found = texts()
    for language, plurals in LANGUAGES.items():
        path = catalogue(language)
        known = {_key(entry): entry for entry in polib.pofile(str(path))} if path.exists() else {}
        fresh = polib.POFile(wrapwidth=100)
        fresh.metadata = {
            "Language": language,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": plurals,
        }
        for key in sorted(found, key=lambda key: (key[1].lower(), key)):
            fresh.append(_entry(key, found[key], known.get(key)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(fresh), encoding="utf-8")
        print(f"{language}: {len(fresh)} texts, {len(_untranslated(fresh))} to translate")
    return 0


def _entry(key: Key, files: set[str], known: polib.POEntry | None) -> polib.POEntry:
    context, single, plural = key
    entry = polib.POEntry(msgid=single, msgctxt=context or None, occurrences=[(name, "") for name in sorted(files)])
    if plural:
        entry.msgid_plural = plural
        entry.msgstr_plural = dict(known.msgstr_plural) if known else {0: ""}
    else:
        entry.msgstr = known.msgstr if known else ""
    if PLACEHOLDER.search(single + plural):
        entry.flags.append("python-format" if "%" in single + plural else "python-brace-format")
    return entry


def compile_all() -> int:
    for language in LANGUAGES:
        path = catalogue(language)
        path.with_suffix(".mo").write_bytes(polib.pofile(str(path)).to_binary())
    return 0


# -- Checking --------------------------------------------------------------------------------------


def check() -> int:
    """Print everything that is wrong with the catalogues; non-zero when something is."""
    found = texts()
    problems = [f"{language}: {problem}" for language in LANGUAGES for problem in _problems(language, found)]
    for problem in problems[:40]:
        print(problem, file=sys.stderr)
    if problems:
        more = f" ({len(problems) - 40} more not shown)" if len(problems) > 40 else ""
        print(f"Translations: {len(problems)} problems{more}. `make fix` updates the catalogue.", file=sys.stderr)
    return 1 if problems else 0


def _problems(language: str, found: dict[Key, set[str]]) -> Iterator[str]:
    path = catalogue(language)
    if not path.exists():
        yield "there is no catalogue; run `make fix`"
        return
    entries = polib.pofile(str(path))
    known = {_key(entry) for entry in entries}
    yield from (
        f"not in the catalogue: {key[1]!r} ({', '.join(sorted(found[key]))})" for key in sorted(found.keys() - known)
    )
    yield from (f"no longer used: {key[1]!r}" for key in sorted(known - found.keys()))
    yield from (f"not translated: {entry.msgid!r}" for entry in _untranslated(entries))
    yield from (f"fuzzy: {entry.msgid!r}" for entry in entries if entry.fuzzy)
    for entry in entries:
        yield from _lost_in(entry)
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != entries.to_binary():
        yield f"{compiled.name} is not what {path.name} says; run `make fix`"


def _lost_in(entry: polib.POEntry) -> Iterator[str]:
    """Placeholders or outer white space that the translation does not share with the text."""
    # A plural may leave the number out of its singular ("one conversation"), so the plural is the measure.
    text = entry.msgid_plural or entry.msgid
    for translated in filter(None, _translations(entry)):
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(translated)):
            yield f"other placeholders: {text!r} became {translated!r}"
        # What stands between words is the language's own: "、" needs no blank behind it.
        if not any(map(str.isalnum, text)):
            continue
        if text[:1].isspace() != translated[:1].isspace() or text[-1:].isspace() != translated[-1:].isspace():
            yield f"other white space around: {text!r} became {translated!r}"


def _untranslated(entries: polib.POFile) -> list[polib.POEntry]:
    return [entry for entry in entries if not all(text.strip() for text in _translations(entry))]


def _translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _key(entry: polib.POEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def main(command: str) -> int:
    settings.configure(USE_I18N=True)
    django.setup()
    return {"extract": extract, "check": check, "compile": compile_all}[command]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

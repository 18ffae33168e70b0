"""Reading our own templates and stylesheets, and drawing a component."""

import re
from html.parser import HTMLParser
from pathlib import Path

from django.apps import apps
from django.template import engines
from django_cotton.compiler_regex import CottonCompiler

DESIGN = Path(apps.get_app_config("design").path)
COMPONENTS = sorted((DESIGN / "templates" / "components").glob("*.html"))
CSS = DESIGN / "static" / "design" / "css"
TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)


def draw(source: str, **context) -> str:
    return engines["django"].from_string(CottonCompiler().process(source)).render(context)


def templates() -> list[Path]:
    """Every template of every room."""
    package = DESIGN.parent
    return sorted(path for path in package.rglob("templates/**/*.html") if "tests" not in path.parts)


def classes(path: Path) -> set[str]:
    """The classes a template writes out; those it is given as values are not seen."""
    text = re.sub(r"{%\s*(if|elif|else|endif|for|endfor)\b.*?%}", " ", path.read_text(), flags=re.DOTALL)
    written = re.findall(r"""\sclass="([^"]*)\"""", re.sub(r"[\w-]*{{.*?}}[\w-]*", " ", text))
    return {name for value in written for name in TAGS.sub(" ", value).split()}


class Elements(HTMLParser):
    """Every element with its attributes, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def first(self, tag: str) -> dict[str, str | None]:
        return next(attributes for name, attributes in self.found if name == tag)

    def names(self) -> list[str]:
        return [name for name, _ in self.found]

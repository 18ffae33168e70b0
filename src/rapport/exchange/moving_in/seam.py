"""What a source brings: where things are, how to ask for them, and what they mean.

    class Elsewhere(Source):
        name, label, form = "elsewhere", "Elsewhere", AddressAndToken
        kinds = (Kind.CUSTOMERS, Kind.CONVERSATIONS)

        def people(self, cursor: str) -> Iterator[Page[Person]]: ...

Each generator yields pages of frozen dataclasses, and with each the cursor from which it goes on. What cannot be
understood is a `Broken` beside the rest, never an exception: one odd ticket must not hold up ten thousand others.
A provider's dict never leaves the source.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.conf import settings as django_settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from rapport.exchange.moving_in.errors import NotThere
from rapport.exchange.moving_in.forms import SourceForm
from rapport.exchange.moving_in.reaching import Door
from rapport.exchange.moving_in.types import (
    Article,
    Attached,
    Broken,
    Company,
    Guide,
    Kind,
    Macro,
    Matter,
    Page,
    Person,
    Step,
    Thing,
)

# Which of these keys are here already in the version named, and whether they were before this run began.
Known = Callable[[Kind, Mapping[str, str]], Mapping[str, bool]]
Raw = TypeVar("Raw")
T = TypeVar("T", Company, Person, Matter, Macro, Article)
# A page of conversations is fetched one by one: so many at once keep a chunk of work short.
PART = 40


def nothing_known(_kind: Kind, _versions: Mapping[str, str]) -> Mapping[str, bool]:
    return {}


class Source:
    """One desk that people come from. `settings` are the cleaned data of `form`."""

    name: ClassVar[str]
    label: ClassVar[str]
    form: ClassVar[type[SourceForm]]
    kinds: ClassVar[Sequence[Kind]] = tuple(Kind)
    # Whether it is read from a file that somebody brings, rather than over the network.
    reads_file: ClassVar[bool] = False
    # A template names the class, and does not mean to make one.
    do_not_call_in_templates: ClassVar[bool] = True

    def __init__(self, settings: Mapping[str, Any], known: Known = nothing_known) -> None:
        self.settings, self.known = settings, known

    @property
    def account(self) -> str:
        """Which of all the desks of this kind: what came from it is known by this, whoever moves in again."""
        raise NotImplementedError

    @classmethod
    def guide(cls) -> Guide:
        """Where a person finds what the form asks for, and what this source cannot bring."""
        return Guide()

    def check(self) -> list[Step]:
        """Try it step by step, and say of the first thing that is wrong what to do about it."""
        raise NotImplementedError

    def companies(self, cursor: str) -> Iterator[Page[Company]]:
        raise NotImplementedError

    def people(self, cursor: str) -> Iterator[Page[Person]]:
        raise NotImplementedError

    def conversations(self, cursor: str) -> Iterator[Page[Matter]]:
        raise NotImplementedError

    def macros(self, cursor: str) -> Iterator[Page[Macro]]:
        raise NotImplementedError

    def articles(self, cursor: str) -> Iterator[Page[Article]]:
        raise NotImplementedError

    def download(self, attached: Attached, *, largest: int) -> bytes:
        """The bytes of a file. Raises MovingError, and kit.http's TooLarge."""
        raise NotThere(_("The file is not there any more."))

    def pages(self, kind: Kind, cursor: str) -> Iterator[Page[Any]]:
        """The generator of this kind, from where it stood."""
        readers: dict[Kind, Callable[[str], Iterator[Page[Any]]]] = {
            Kind.COMPANIES: self.companies,
            Kind.CUSTOMERS: self.people,
            Kind.CONVERSATIONS: self.conversations,
            Kind.MACROS: self.macros,
            Kind.ARTICLES: self.articles,
        }
        return readers[kind](cursor)


class OnTheNet(Source):
    """A source that is asked over HTTP, by one door."""

    door: Door

    def download(self, attached: Attached, *, largest: int) -> bytes:
        return self.door.bytes_of(attached.url, largest=largest)


def in_parts(
    kind: Kind,
    rows: Sequence[Raw],
    read: Callable[[Raw], T],
    *,
    known: Known,
    label: Callable[[Raw], tuple[str, str]],
    before: str,
    after: str,
    total: int | None = None,
    size: int = PART,
) -> Iterator[Page[Any]]:
    """What one request listed, as pages: without what is here already, and with what makes no sense set apart.

    `label` says a row's key and version. Until the last page the cursor stays `before`: whoever stops in between asks
    for the same rows again, of which those written are known by then.
    """
    labels = [label(row) for row in rows]
    here = known(kind, dict(labels)) if labels else {}
    new = [(row, key) for row, (key, _version) in zip(rows, labels, strict=True) if key not in here]
    # Counted once, when the cursor moves on, however often the rows are asked for.
    seen = sum(here.values())
    starts = range(0, len(new), size) or range(1)
    for start in starts:
        things, broken = _read(new[start : start + size], read)
        is_last = start + size >= len(new)
        yield Page(tuple(things), after if is_last else before, tuple(broken), total, seen if is_last else 0)


def _read(rows: Sequence[tuple[Raw, str]], read: Callable[[Raw], T]) -> tuple[list[Thing], list[Broken]]:
    things: list[Thing] = []
    broken: list[Broken] = []
    for row, key in rows:
        try:
            things.append(read(row))
        except NotThere as error:
            broken.append(Broken(key, str(error)))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            broken.append(Broken(key, _why(error)))
    return things, broken


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return _("It could not be understood: “%(name)s” is missing.") % {"name": error.args[0] if error.args else ""}
    return _("It could not be understood (%(what)s).") % {"what": str(error)[:200] or type(error).__name__}


def sources() -> dict[str, type[Source]]:
    """Every registered source by name, in the order of the page."""
    found: list[type[Source]] = [import_string(path) for path in django_settings.MOVE_IN_SOURCES]
    return {source.name: source for source in found}

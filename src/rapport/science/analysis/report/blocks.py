"""What a report is made of: sections of cards, each with a chart, a table, or sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rapport.science.charts import Spec


@dataclass(frozen=True)
class Cell:
    """A cell of a table; with `bar` (0 to 1) a bar stands before the text, in red where `bad`."""

    text: str
    number: bool = False
    bar: float | None = None
    bad: bool = False
    strong: bool = False
    wide: bool = False
    under: str = ""


@dataclass(frozen=True)
class Table:
    """Columns by their heads, the first naming the row; `numbers` are the places of right-aligned columns."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @property
    def numbers(self) -> list[bool]:
        """For each column whether it holds numbers."""
        return [bool(self.rows) and self.rows[0][place].number for place in range(len(self.head))]


@dataclass(frozen=True)
class Chart:
    """A chart by the name of its file; `alt` says in a sentence what it shows."""

    key: str
    spec: Spec
    alt: str


@dataclass(frozen=True)
class Bar:
    """One bar of a list: `share` of the longest, from 0 to 1."""

    label: str
    share: float
    text: str
    focus: bool = True


@dataclass(frozen=True)
class Card:
    """A bordered part of the page; half the width unless it is `wide`."""

    title: str
    note: str = ""
    chart: Chart | None = None
    table: Table | None = None
    bars: Sequence[Bar] = ()
    sentences: Sequence[str] = ()
    points: Sequence[str] = ()
    code: str = ""
    foot: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the report with its own heading; `lead` is its most important sentence."""

    key: str
    title: str
    lead: str = ""
    cards: Sequence[Card] = ()


@dataclass(frozen=True)
class Stat:
    """A headline figure."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    bad: bool = False


@dataclass
class Content:
    """The whole report."""

    title: str
    about: str
    stats: list[Stat] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    @property
    def charts(self) -> list[Chart]:
        """Every chart, in the order of the page."""
        return [card.chart for section in self.sections for card in section.cards if card.chart is not None]


def text(value: object) -> Cell:
    """A cell of words."""
    return Cell(str(value))


def number(value: object) -> Cell:
    """A cell of a number."""
    return Cell(str(value), number=True)

"""What every import of a file has in common over HTTP: a file is the body of a request, everything else is JSON."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from pydantic import BaseModel, Field, StringConstraints

from rapport.customers.importing import tables
from rapport.customers.importing.errors import CannotRead, ImportingError, WrongColumns
from rapport.customers.importing.models import FileImport, ImportState
from rapport.customers.importing.pages import Starting
from rapport.kit.rest.problems import Clash, Invalid, TooLarge
from rapport.kit.rest.shapes import WITHOUT_NUL, Shape
from rapport.team.models import Agent

FileName = Annotated[str, StringConstraints(max_length=200, pattern=WITHOUT_NUL)]
Word = Annotated[str, StringConstraints(max_length=100, pattern=WITHOUT_NUL)]


class FileImportShape(BaseModel):
    id: int
    file_name: str
    state: str = Field(description="draft, checking, checked, importing, done, undoing, undone or failed.")
    problem: str = Field(description="Why it stopped; else empty.")
    encoding: str = Field(description="utf-8-sig, utf-16, gb18030, cp1252; xlsx for a workbook.")
    separator: str
    sheet: str
    sheets: list[str]
    has_header: bool
    heads: list[str] = Field(description="What the columns are called in the file.")
    columns: list[str] = Field(description="What each column is; empty for one that is left out.")
    total: int = Field(description="Rows of the file.")
    position: int = Field(description="Rows that are done.")
    created: int
    changed: int
    same: int
    skipped: int
    wrong: int
    taken_back: int
    kept: int
    made_at: datetime
    finished_at: datetime | None


class FileChoices(Shape):
    """What is left out stays as it is. Another encoding, separator or sheet reads the file and guesses columns anew."""

    has_header: bool | None = None
    encoding: Literal["utf-8-sig", "utf-16", "gb18030", "cp1252"] | None = None
    separator: Literal[",", ";", "\t", "|"] | None = None
    sheet: Word | None = None


class RowProblemShape(BaseModel):
    row: int = Field(description="As the spreadsheet counts its rows.")
    problem: str


def file_of(request: HttpRequest) -> bytes:
    """The body, which is the file itself. Raises TooLarge."""
    # With an Idempotency-Key the body was read already, to compare it.
    data = request.body if hasattr(request, "_body") else request.read(tables.LARGEST + 1)
    if len(data) > tables.LARGEST:
        raise TooLarge("A file may have 25 MB. Split it into several files.")
    return data


def begin_or_go_on(source: FileImport, starting: Starting, *, by: Agent) -> None:
    """Import it, from where it stands if it stopped."""
    if source.state == ImportState.FAILED:
        starting.resume(source)
    else:
        starting.begin(source, by=by)


@contextmanager
def told() -> Iterator[None]:
    """What can go wrong with a spreadsheet, as a problem document."""
    try:
        yield
    except WrongColumns as error:
        raise Invalid.at("body.columns", str(error)) from error
    except CannotRead as error:
        raise Invalid.at("body", str(error)) from error
    except ImportingError as error:
        raise Clash(str(error)) from error

"""Plain values as the API takes them: strict, so that a slip is told instead of guessed at."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

# PostgreSQL refuses NUL in text; SQLite keeps it and then disagrees with itself about lengths.
WITHOUT_NUL = r"^[^\u0000]*$"
# A bare number would otherwise be taken for seconds since 1970.
_DATE_FIRST = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:")
LARGEST_ID = 2**63 - 1


def _written_moment(value: Any) -> Any:
    if not isinstance(value, str) or not _DATE_FIRST.match(value):
        raise ValueError("must be text such as 2026-03-01T09:00:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must name its time zone, such as 2026-03-01T09:00:00Z")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is too far away") from None


Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
StrictId = Annotated[int, Field(ge=1, le=LARGEST_ID, strict=True)]
Line = Annotated[str, StringConstraints(max_length=500, pattern=WITHOUT_NUL)]
Words = Annotated[str, StringConstraints(max_length=1_000_000, pattern=WITHOUT_NUL)]
Moment = Annotated[datetime, BeforeValidator(_written_moment), AfterValidator(_in_utc)]


class Shape(BaseModel):
    """A body the API takes. Fields it does not know are refused, since a misspelt one would be lost in silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

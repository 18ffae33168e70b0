"""Reading what a shop sent: every value is what it should be, or a sentence says which one is not."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from rapport.kit.money import Money, NotMoney
from rapport.kit.text import storable
from rapport.sales.shops.seam import CannotRead

_FARTHEST = 253_402_300_799  # The last second of the year 9999.


class Said:
    """A JSON object. `place` is where it stands in the whole, for sentences."""

    def __init__(self, values: Mapping[str, Any], place: str = "") -> None:
        self._values, self._place = values, place

    @classmethod
    def of(cls, body: bytes) -> "Said":
        """Raises CannotRead."""
        try:
            values = json.loads(body.decode())
        except (ValueError, RecursionError) as error:
            raise CannotRead(_("This is no JSON.")) from error
        if not isinstance(values, dict):
            raise CannotRead(_("This is no JSON object."))
        return cls(values)

    def has(self, name: str) -> bool:
        return self._values.get(name) not in (None, "", [], {})

    def truth(self, name: str, *, default: bool = False) -> bool:
        value = self._values.get(name)
        return value if isinstance(value, bool) else default

    def text(self, name: str, *, needed: bool = False) -> str:
        """Text, or a number as text; "" for nothing."""
        value = self._values.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value):
            return storable(str(value))
        if value is None or value == "":
            if needed:
                raise self._lacks(name)
            return ""
        raise self._wrong(name, value)

    def whole(self, name: str) -> int:
        """A whole number; 0 for nothing."""
        value = self._values.get(name)
        if value in (None, ""):
            return 0
        try:
            return int(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise self._wrong(name, value) from error

    def number(self, name: str, *, default: str = "1") -> Decimal:
        value = self._values.get(name)
        try:
            found = Decimal(str(default if value in (None, "") else value))
        except InvalidOperation as error:
            raise self._wrong(name, value) from error
        if not found.is_finite() or abs(found) >= 10**9:
            raise self._wrong(name, value)
        return found

    def money(self, name: str, currency: str) -> int:
        """An amount in major units as minor ones."""
        value = self._values.get(name)
        if value is None or isinstance(value, bool | dict | list) or value == "":
            raise self._lacks(name)
        try:
            return Money.of(str(value), currency).minor
        except NotMoney as error:
            raise CannotRead(str(error)) from error

    def currency(self, name: str) -> str:
        try:
            return Money.of(0, self.text(name, needed=True)).currency
        except NotMoney as error:
            raise CannotRead(str(error)) from error

    def moment(self, name: str) -> datetime | None:
        """A time as ISO 8601, in UTC where no zone is told; None for nothing."""
        value = self._values.get(name)
        if value in (None, "", 0, "0"):
            return None
        try:
            found = datetime.fromisoformat(str(value))
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError) as error:
            raise self._wrong(name, value) from error

    def needed_moment(self, *names: str) -> datetime:
        """The first of these that is told."""
        found = next((moment for name in names if (moment := self.moment(name))), None)
        if found is None:
            raise self._lacks(names[0])
        return found

    def seconds(self, name: str) -> datetime | None:
        """A time as seconds since 1970; None for nothing."""
        value = self._values.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _FARTHEST:
            raise self._wrong(name, value)
        return datetime.fromtimestamp(value, UTC)

    def needed_seconds(self, name: str) -> datetime:
        found = self.seconds(name)
        if found is None:
            raise self._lacks(name)
        return found

    def inside(self, name: str) -> "Said":
        """An object in this one; an empty one for nothing."""
        value = self._values.get(name)
        if value is None or value == []:
            return Said({}, self._at(name))
        if not isinstance(value, dict):
            raise self._wrong(name, value)
        return Said(value, self._at(name))

    def each(self, name: str) -> Iterator["Said"]:
        """The objects of a list; none for nothing."""
        value = self._values.get(name)
        if value in (None, {}):
            return
        if not isinstance(value, list):
            raise self._wrong(name, value)
        for place, one in enumerate(value):
            if not isinstance(one, dict):
                raise self._wrong(f"{name}.{place}", one)
            yield Said(one, self._at(f"{name}.{place}"))

    def _at(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _lacks(self, name: str) -> CannotRead:
        return CannotRead(_("“%(name)s” is missing.") % {"name": self._at(name)})

    def _wrong(self, name: str, value: Any) -> CannotRead:
        told = {"name": self._at(name), "value": storable(str(value))[:60]}
        return CannotRead(_("“%(value)s” is nothing that “%(name)s” may be.") % told)

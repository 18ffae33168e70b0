"""What an invitation in a mail says (text/calendar, RFC 5545): what, when, where and by whom.

Nothing is repeated, attended or fetched; the first event is shown, the file stays as it came.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

LARGEST = 512 * 1024
_MOST_LINES = 20_000
_PARAMETER = re.compile(r';([A-Za-z-]+)=("[^"]*"|[^;:"]*)')
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")
_LENGTH = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:\d{1,4}S)?)?")
_ESCAPED = re.compile(r"\\([\\;,nN])")
# What Outlook calls the zones that most of its users live in.
_WINDOWS = {
    "AUS Eastern Standard Time": "Australia/Sydney",
    "Arabian Standard Time": "Asia/Dubai",
    "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw",
    "Central Standard Time": "America/Chicago",
    "China Standard Time": "Asia/Shanghai",
    "E. Europe Standard Time": "Europe/Chisinau",
    "E. South America Standard Time": "America/Sao_Paulo",
    "Eastern Standard Time": "America/New_York",
    "FLE Standard Time": "Europe/Kyiv",
    "GMT Standard Time": "Europe/London",
    "GTB Standard Time": "Europe/Bucharest",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "India Standard Time": "Asia/Kolkata",
    "Israel Standard Time": "Asia/Jerusalem",
    "Korea Standard Time": "Asia/Seoul",
    "Mountain Standard Time": "America/Denver",
    "New Zealand Standard Time": "Pacific/Auckland",
    "Pacific Standard Time": "America/Los_Angeles",
    "Romance Standard Time": "Europe/Paris",
    "Russian Standard Time": "Europe/Moscow",
    "SE Asia Standard Time": "Asia/Bangkok",
    "Singapore Standard Time": "Asia/Singapore",
    "South Africa Standard Time": "Africa/Johannesburg",
    "Taipei Standard Time": "Asia/Taipei",
    "Tokyo Standard Time": "Asia/Tokyo",
    "Turkey Standard Time": "Europe/Istanbul",
    "UTC": "UTC",
    "W. Europe Standard Time": "Europe/Berlin",
}


@dataclass(frozen=True)
class Invitation:
    """One event. `start` and `end` are dates for whole days (the last one included), else moments.

    A moment without a time zone is meant wherever its reader is. `method` is REQUEST, CANCEL, REPLY or another word.
    """

    summary: str
    start: datetime | date | None
    end: datetime | date | None = None
    location: str = ""
    organiser: str = ""
    method: str = ""
    repeats: bool = False

    @property
    def is_whole_day(self) -> bool:
        return self.start is not None and not isinstance(self.start, datetime)

    @property
    def is_off(self) -> bool:
        return self.method == "CANCEL"


def read_invitation(calendar: str) -> Invitation | None:
    """The first event of a calendar file; None where there is none that could be read."""
    try:
        return _first_event(calendar) if len(calendar) <= LARGEST else None
    except OverflowError:
        return None  # before the first year or after the last one


def _first_event(calendar: str) -> Invitation | None:
    method = within = ""
    told: dict[str, tuple[dict[str, str], str]] = {}
    offsets: dict[str, str] = {}
    zone = ""
    for name, parameters, value in _properties(calendar):
        if name == "BEGIN":
            within = value.upper()
            if within == "VEVENT" and told:
                break
        elif name == "END":
            within = "" if value.upper() == "VEVENT" else within
        elif name == "METHOD":
            method = value.upper()[:20]
        elif name == "TZID":
            zone = value
        elif name == "TZOFFSETTO" and within == "STANDARD":
            offsets[zone] = value
        elif within == "VEVENT":
            told.setdefault(name, (parameters, value))
    return _event(told, method, offsets) if told else None


def _event(told: dict[str, tuple[dict[str, str], str]], method: str, offsets: dict[str, str]) -> Invitation:
    def text(name: str) -> str:
        return _plain(told.get(name, ({}, ""))[1])

    start = _moment(*told.get("DTSTART", ({}, "")), offsets)
    end = _moment(*told.get("DTEND", ({}, "")), offsets)
    if start is not None and end is None and "DURATION" in told:
        end = start + _length(told["DURATION"][1])
    elif start is not None and end is not None and not isinstance(end, datetime):
        # The day after the last one is what the file says.
        end = max(start, end - timedelta(days=1)) if not isinstance(start, datetime) else None
    parameters, address = told.get("ORGANIZER", ({}, ""))
    organiser = _plain(parameters.get("CN", "")) or re.sub(r"(?i)^mailto:", "", address)
    status = told.get("STATUS", ({}, ""))[1].upper()
    return Invitation(
        summary=text("SUMMARY")[:300],
        start=start,
        end=end,
        location=text("LOCATION")[:300],
        organiser=organiser[:200],
        method="CANCEL" if status == "CANCELLED" else method,
        repeats="RRULE" in told or "RDATE" in told,
    )


def _properties(calendar: str) -> Iterator[tuple[str, dict[str, str], str]]:
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar)
    for line in unfolded.splitlines()[:_MOST_LINES]:
        name = re.match(r"[A-Za-z-]{1,40}", line)
        if name is None:
            continue
        parameters, at = {}, name.end()
        while found := _PARAMETER.match(line, at):
            parameters[found[1].upper()] = found[2].strip('"')
            at = found.end()
        if line[at : at + 1] == ":":
            yield name[0].upper(), parameters, line[at + 1 :].strip()


def _moment(parameters: dict[str, str], value: str, offsets: dict[str, str]) -> datetime | date | None:
    found = _MOMENT.match(value)
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        if found[4] is None:
            return day
        # 24:00 and leap seconds are no moments of ours.
        at = time(int(found[4]), int(found[5]), min(int(found[6] or 0), 59))
        return datetime.combine(day, at, UTC if found[7] else _zone(parameters.get("TZID", ""), offsets))
    except (ValueError, OverflowError):
        return None


def _zone(name: str, offsets: dict[str, str]) -> ZoneInfo | timezone | None:
    for known in (_WINDOWS.get(name, name), name.rpartition("/freeassociation.sourceforge.net/")[2]):
        try:
            return ZoneInfo(known.strip("/"))
        except (ValueError, OSError, KeyError):
            continue
    offset = _OFFSET.match(offsets.get(name, ""))
    if offset is None:
        return None
    length = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    return timezone(-length if offset[1] == "-" else length) if length < timedelta(hours=24) else None


def _length(value: str) -> timedelta:
    found = _LENGTH.match(value)
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


def _plain(value: str) -> str:
    text = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
    return " ".join(text.split())

"""When people write, and how soon they are answered."""

from datetime import UTC, datetime, timedelta
from random import Random

from rapport.site.demo.scene import Incident, Scene

# Monday to Sunday.
_WEEKDAYS = (1.28, 1.18, 1.1, 1.06, 0.98, 0.58, 0.5)
# Hours of the day where the writer lives.
_HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 14, 18, 18, 15, 13, 14, 15, 15, 14, 13, 14, 17, 19, 16, 10, 5)


def era(at: datetime, now: datetime, incident: Incident) -> int:
    """0 before the first trouble, 1 until the present one, 2 since then."""
    age = _age(at, now)
    return 2 if age <= incident.present[0] else 1 if age <= incident.past[0] else 0


def is_incident(at: datetime, now: datetime, incident: Incident) -> bool:
    age = _age(at, now)
    return any(last <= age <= first for first, last in (incident.past, incident.present))


def _age(at: datetime, now: datetime) -> float:
    return (now - at).total_seconds() / 86400


def moments(count: int, now: datetime, dice: Random, scene: Scene) -> list[datetime]:
    """When each conversation begins, in order: weekly and daily waves, a little growth, more while something fails."""
    days = [now - timedelta(days=age) for age in range(scene.size.days, -1, -1)]
    weights = [_weight(day, now, scene) for day in days]
    found: list[datetime] = []
    while len(found) < count:
        day = dice.choices(days, weights)[0]
        hour = dice.choices(range(24), _HOURS)[0]
        at = day.replace(hour=hour, minute=dice.randrange(60), second=dice.randrange(60), microsecond=0)
        if now - timedelta(days=scene.size.days) <= at <= now - timedelta(minutes=25):
            found.append(at)
    return sorted(found)


def answer_after(at: datetime, now: datetime, dice: Random, incident: Incident) -> datetime:
    """When an agent answers what came in at this moment: soon in working hours, else the next morning."""
    minutes = dice.lognormvariate(3.6, 0.9) * (2.6 if is_incident(at, now, incident) else 1)
    answer = at + timedelta(minutes=min(max(minutes, 3), 1500))
    if 7 <= answer.astimezone(UTC).hour < 20:
        return answer
    morning = answer.replace(hour=7, minute=5, second=0) + timedelta(minutes=dice.randrange(110))
    return morning if morning > answer else morning + timedelta(days=1)


def reply_after(at: datetime, dice: Random) -> datetime:
    """When a customer writes back."""
    return at + timedelta(minutes=min(max(dice.lognormvariate(4.6, 1.2), 4), 4000))


def squeeze(times: list[datetime], latest: datetime) -> list[datetime]:
    """The same order and proportions, ending no later than this."""
    first, last = times[0], times[-1]
    if last <= latest:
        return times
    share = (latest - first) / (last - first)
    return [first + (at - first) * share for at in times]


def _weight(day: datetime, now: datetime, scene: Scene) -> float:
    growth = 1 + scene.size.growth * (0.5 - (now - day).days / scene.size.days)
    return _WEEKDAYS[day.weekday()] * growth * (1.45 if is_incident(day, now, scene.incident) else 1)

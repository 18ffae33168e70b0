"""What belongs together: two conversations about one matter merged, three that point at one about the trouble."""

from collections.abc import Sequence
from datetime import datetime

from rapport.conversations.actions import link, merge
from rapport.conversations.types import LinkKind
from rapport.kit import clock
from rapport.site.demo.chronicle import Chronicle
from rapport.site.demo.furnishing import House

_LINKS = 3


def unite(told: Sequence[Chronicle], house: House, now: datetime) -> None:
    """As it is now: whoever reads the log finds it at its end."""
    with clock.frozen(now):
        _merge(told, house)
        _link(told, house)


def _merge(told: Sequence[Chronicle], house: House) -> None:
    """An open conversation and what the same customer had asked about it before, which is closed."""
    before: dict[int, Chronicle] = {}
    pairs: list[tuple[Chronicle, Chronicle]] = []
    for one in told:
        story = one.story
        earlier = before.get(story.person.key)
        if earlier and story.state == "open" and story.to and set(earlier.story.tags) & set(story.tags):
            pairs.append((earlier, one))
        if story.state == "closed" and not story.rating and not story.is_asked and not story.number:
            before[story.person.key] = one
    if pairs:
        prefix = f"{house.scene.prefix}-"
        # Two numbers of orders are two matters.
        same = [pair for pair in pairs if not any(prefix in one.story.subject for one in pair)] or pairs
        earlier, later = min(same, key=lambda pair: pair[1].story.began_at - pair[0].story.began_at)
        merge(earlier.conversation, into=later.conversation, by=house.agents[later.story.to])


def _link(told: Sequence[Chronicle], house: House) -> None:
    incident = house.scene.incident
    tag = incident.tag.format(**{incident.word: incident.names["en"][-1]})
    others = [one.conversation for one in told if tag in one.story.tags and one.story.state == "open"]
    famous = next((one.conversation for one in told if one.story.number), others[0] if others else None)
    if famous is None:
        return
    kinds = (LinkKind.RELATED, LinkKind.DUPLICATE, LinkKind.FOLLOW_UP)
    alike = [each for each in others if each.pk != famous.pk][-_LINKS:]
    for kind, other in zip(kinds, alike, strict=False):
        link(other, to=famous, kind=kind, by=house.part("agent"))

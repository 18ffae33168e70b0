"""What comes by channels, on a customer's timeline: conversations with their channel's face, calls, page visits."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rapport.channels.callers import Call
from rapport.channels.guests import Visit, Visitor
from rapport.channels.ringing import calls_visible_to
from rapport.channels.seam import kinds
from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.conversations.types import Status
from rapport.customers.models import Identity, IdentityKind
from rapport.customers.timeline import Entry, Place, Whose, capped, older
from rapport.design import moments
from rapport.team.models import Agent

# Of a company's people that came by chats; whoever came last counts.
_MOST_HANDLES = 1_000


class Conversations:
    """By their last message, so that what goes on stands at the top."""

    kind: str = "conversations"
    label: str | Promise = gettext_lazy("Conversations")
    icon: str = "chat"

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(self._of(whose, viewer), before, kind=self.kind, at="last_at").select_related("assignee")
        return [self._entry(row) for row in rows[:limit]]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return capped(self._of(whose, viewer))

    def _of(self, whose: Whose, viewer: Agent) -> QuerySet[Conversation]:
        return visible_to(viewer).standing().filter(whose.are())

    def _entry(self, row: Conversation) -> Entry:
        face = kinds().get(row.channel)
        told = {"number": row.number, "channel": str(face.label) if face else row.channel}
        where = _("No. %(number)d, %(channel)s") % told
        return Entry(
            kind=self.kind,
            id=row.pk,
            at=row.last_at,
            icon=face.icon if face else self.icon,
            title=row.subject or _("No subject"),
            url=reverse("conversation", args=[row.number]),
            detail=row.preview,
            where=f"{where}, {row.assignee.name}" if row.assignee else where,
            badge=str(Status(row.status).label),
            badge_tone="accent" if row.status == Status.OPEN else "",
            customer=row.customer_id,
        )


class Calls:
    kind: str = "calls"
    label: str | Promise = gettext_lazy("Calls")
    icon: str = "phone"

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        rows = older(self._of(whose, viewer), before, kind=self.kind, at="began_at")
        return [self._entry(row) for row in rows.select_related("conversation", "agent")[:limit]]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return capped(self._of(whose, viewer))

    def _of(self, whose: Whose, viewer: Agent) -> QuerySet[Call]:
        return calls_visible_to(viewer).filter(whose.are())

    def _entry(self, row: Call) -> Entry:
        title, tone = (_("We called them"), "") if row.is_outgoing else (_("They called"), "")
        if row.answered_at and row.ended_at:
            detail = _("%(duration)s on the phone") % {"duration": moments.duration(row.ended_at - row.answered_at)}
        elif row.ended_at:
            detail, tone = _("Nobody answered"), "bad"
        else:
            detail, tone = str(row.get_state_display()), "accent"
        return Entry(
            kind=self.kind,
            id=row.pk,
            at=row.began_at,
            icon=self.icon,
            title=title,
            url=reverse("conversation", args=[row.conversation.number]) if row.conversation else "",
            detail=detail,
            where=", ".join(filter(None, (row.number, row.agent.name if row.agent else ""))),
            tone=tone,
            customer=row.customer_id,
        )


class Visits:
    """Pages of the company's own site. As many as are kept of each visitor: the newest 200, and none for long."""

    kind: str = "visits"
    label: str | Promise = pgettext_lazy("pages of a site", "Visits")
    icon: str = "globe"

    def entries(self, whose: Whose, *, viewer: Agent, before: Place | None, limit: int) -> Sequence[Entry]:
        known = self._known(whose)
        rows = older(self._of(known), before, kind=self.kind, at="at").select_related("visitor")
        return [
            Entry(
                kind=self.kind,
                id=row.pk,
                at=row.at,
                icon=self.icon,
                title=row.did or _("Looked at %(page)s") % {"page": row.title or _path(row.url)},
                detail=row.title if row.did else "",
                where=row.url,
                customer=known.get(row.visitor.handle),
            )
            for row in rows[:limit]
        ]

    def count(self, whose: Whose, *, viewer: Agent) -> int:
        return capped(self._of(self._known(whose)))

    def _known(self, whose: Whose) -> dict[str, int]:
        """Who is meant, by what a visitor is known by."""
        handles = Identity.objects.filter(whose.are(), kind=IdentityKind.HANDLE).order_by("-id")
        rows = handles.values_list("value", "customer_id")[:_MOST_HANDLES]
        return {value.partition(":")[2]: customer for value, customer in rows}

    def _of(self, known: Mapping[str, int]) -> QuerySet[Visit]:
        if not known:
            return Visit.objects.none()
        return Visit.objects.filter(visitor__in=Visitor.objects.filter(handle__in=list(known)))


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"

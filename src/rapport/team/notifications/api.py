"""Notifications over HTTP: one's own, and that they were read."""

from datetime import datetime
from typing import Any

from ninja import Query, Router
from pydantic import BaseModel, Field

from rapport.kit.rest.paging import Page, Paging, page
from rapport.kit.rest.shapes import Shape, StrictId
from rapport.team.api import AgentShape, ApiRequest, agent_of, agent_shape
from rapport.team.models import Notification
from rapport.team.notifications.kinds import kinds
from rapport.team.notifications.places import described
from rapport.team.notifications.reading import read

router = Router(tags=["Notifications"])


class NotificationFilters(Paging):
    unread: bool = Field(False, description="Only what was not read.")


class NotificationShape(BaseModel):
    id: int
    kind: str = Field(description="Such as mention, assigned, own, followed or new.")
    subject: str = Field(description="What it is about, such as `conversation:12`.")
    by: AgentShape | None
    said: str = Field(description="What happened, in your language.")
    title: str | None = Field(description="The subject of the conversation; null once you may not see it any more.")
    who: str | None = Field(description="Its customer; null once you may not see it any more.")
    url: str | None
    at: datetime
    read_at: datetime | None


class WhatWasRead(Shape):
    conversation: StrictId | None = Field(None, description="The id of one; left out, everything.")


class HowMany(BaseModel):
    read: int


@router.get("/notifications", response=Page[NotificationShape], summary="List your notifications, newest first")
def list_notifications(request: ApiRequest, filters: Query[NotificationFilters]) -> dict[str, Any]:
    """What you are told in the app. Mail and push tell of the same."""
    agent = agent_of(request)
    rows = Notification.objects.filter(agent=agent, is_listed=True).select_related("by")
    answer = page(rows.filter(read_at=None) if filters.unread else rows, filters, shape=lambda row: row)
    about, known = described(agent, answer["items"]), kinds()
    shaped = []
    for row in answer["items"]:
        kind, place = known.get(row.kind), about.get(row.pk)
        shaped.append(
            NotificationShape(
                id=row.pk,
                kind=row.kind,
                subject=row.place,
                by=agent_shape(row.by),
                said=kind.said(row.by.name if row.by else "") if kind else "",
                title=place.title if place else None,
                who=place.who if place else None,
                url=place.url if place else None,
                at=row.at,
                read_at=row.read_at,
            )
        )
    return {**answer, "items": shaped}


@router.post("/notifications/read", response=HowMany, summary="Mark notifications read")
def read_notifications(request: ApiRequest, body: WhatWasRead) -> HowMany:
    """Of one conversation, or all of them. Answers how many that were."""
    place = f"conversation:{body.conversation}" if body.conversation else None
    return HowMany(read=read(agent_of(request), place=place))

"""Reading connected systems for pages."""

from django.db.models import Count, Q, QuerySet

from rapport.exchange.syncing.models import Connection, LinkState, SyncedRecord

PROBLEMS_SHOWN = 20


def connections() -> QuerySet[Connection]:
    """With how many records are in step, and how many are not, in one query."""
    return Connection.objects.annotate(
        linked=Count("records", filter=Q(records__state=LinkState.LINKED)),
        wrong=Count("records", filter=~Q(records__problem="")),
    )


def failing() -> int:
    return Connection.objects.filter(paused_at=None).exclude(error="").count()


def problems(connection: Connection, before: int | None) -> list[SyncedRecord]:
    """What was not taken, the latest first, and one more than is shown."""
    rows = connection.records.exclude(problem="").order_by("-id")
    rows = rows.filter(pk__lt=before) if before else rows
    return list(rows.select_related("customer", "company")[: PROBLEMS_SHOWN + 1])

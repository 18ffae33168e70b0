"""Zendesk Support and Guide, API v2.

Written from https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/ (cursor-based
exports of tickets and users, time-based exports of organizations, ten requests a minute), .../tickets/ticket_comments/,
.../users/user_fields/, .../business-rules/macros/ and .../api-reference/help_center/help-center-api/articles/.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from rapport.exchange.moving_in.errors import MovingError, NotAllowed, NotThere
from rapport.exchange.moving_in.forms import ZendeskForm
from rapport.exchange.moving_in.reaching import Door
from rapport.exchange.moving_in.seam import Known, OnTheNet, in_parts, nothing_known
from rapport.exchange.moving_in.sources import zendesk_words as words
from rapport.exchange.moving_in.types import Article, Company, Guide, Kind, Macro, Matter, Page, Person, Step

_PAGE = 100


class Zendesk(OnTheNet):
    name, label, form = "zendesk", "Zendesk", ZendeskForm

    def __init__(self, settings: Mapping[str, Any], known: Known = nothing_known) -> None:
        super().__init__(settings, known)
        signed = base64.b64encode(f"{settings.get('email')}/token:{settings.get('token')}".encode()).decode()
        self.door = Door(str(settings["address"]), {"Authorization": f"Basic {signed}"}, trusted=("zendesk.com",))
        self._titles: dict[str, tuple[str, str]] | None = None

    @property
    def account(self) -> str:
        return urlsplit(str(self.settings["address"])).netloc.lower()

    @classmethod
    def guide(cls) -> Guide:
        return Guide(
            (
                _("In Zendesk open the Admin Center, then Apps and integrations, APIs, API tokens."),
                _("Add a token, name it Rapport, and copy it: Zendesk shows it once."),
                _("Enter the address of your Zendesk and the email address by which you sign in there as an admin."),
            ),
            (_("Satisfaction ratings, side conversations and views stay in Zendesk."),),
        )

    def check(self) -> list[Step]:
        steps: list[Step] = []
        try:
            me = self.door.get("/api/v2/users/me.json")["user"]
            # Whoever is not known is answered all the same, as nobody.
            if not me.get("id"):
                raise NotAllowed(_("Zendesk does not know this email address and token together."))
            steps.append(Step(_("Signing in"), said=str(me.get("name") or "")))
            if me.get("role") != "admin":
                raise NotAllowed(_("This account is no admin there. Only admins may export tickets."))
            count = self._count("tickets")
            steps.append(Step(_("Reading tickets"), said=str(count if count is not None else "")))
        except (MovingError, KeyError, TypeError, AttributeError) as error:
            return [*steps, Step(_("Signing in") if not steps else _("Reading tickets"), _problem(error))]
        return steps

    def companies(self, cursor: str) -> Iterator[Page[Company]]:
        before = cursor or "0"
        while True:
            said = self.door.get("/api/v2/incremental/organizations.json", {"start_time": before})
            after = str(said.get("end_time") or before)
            yield from in_parts(
                Kind.COMPANIES, said["organizations"], words.company, known=self.known, label=words.label,
                before=before, after=after, total=self._count("organizations") if before == "0" else None, size=500,
            )  # fmt: skip
            if said.get("end_of_stream", not said.get("next_page")) or after == before:
                return
            before = after

    def people(self, cursor: str) -> Iterator[Page[Person]]:
        titles = self._fields()
        for said, before, after in self._stream("users", cursor):
            mine = [row for row in said["users"] if words.is_customer(row)]
            yield from in_parts(
                Kind.CUSTOMERS, mine, lambda row: words.person(row, titles), known=self.known, label=words.label,
                before=before, after=after, total=self._count("users") if not before else None, size=200,
            )  # fmt: skip

    def conversations(self, cursor: str) -> Iterator[Page[Matter]]:
        for said, before, after in self._stream("tickets", cursor):
            mine = [row for row in said["tickets"] if row.get("status") != "deleted"]
            yield from in_parts(
                Kind.CONVERSATIONS, mine, self._matter, known=self.known, label=words.label,
                before=before, after=after, total=self._count("tickets") if not before else None,
            )  # fmt: skip

    def macros(self, cursor: str) -> Iterator[Page[Macro]]:
        for said, before, after in self._pages("/api/v2/macros/active.json", cursor):
            yield from in_parts(
                Kind.MACROS,
                said["macros"],
                words.macro,
                known=self.known,
                label=words.label,
                before=before,
                after=after,
            )

    def articles(self, cursor: str) -> Iterator[Page[Article]]:
        try:
            sections = self._sections()
            for said, before, after in self._pages("/api/v2/help_center/articles.json", cursor):
                yield from in_parts(
                    Kind.ARTICLES, said["articles"], lambda row: words.article(row, sections), known=self.known,
                    label=words.label, before=before, after=after, total=said.get("count"),
                )  # fmt: skip
        except (NotThere, NotAllowed):
            # There is no help centre, or it is not open to tokens.
            return

    def _matter(self, ticket: Mapping[str, Any]) -> Matter:
        comments: list[Any] = []
        users: dict[Any, Any] = {}
        for said, _before, _after in self._pages(f"/api/v2/tickets/{ticket['id']}/comments.json", "", include="users"):
            comments += said["comments"]
            users |= {user["id"]: user for user in said.get("users") or []}
        missing = {ticket.get("requester_id"), ticket.get("assignee_id")} - {None} - users.keys()
        if missing:
            ids = ",".join(str(each) for each in missing)
            said = self.door.get("/api/v2/users/show_many.json", {"ids": ids})
            users |= {user["id"]: user for user in said["users"]}
        return words.matter(ticket, comments, users)

    def _stream(self, noun: str, cursor: str) -> Iterator[tuple[Any, str, str]]:
        """Pages of a cursor-based export, each with the cursor it was asked by and the one that follows."""
        before = cursor
        while True:
            asked = {"cursor": before} if before else {"start_time": 0}
            said = self.door.get(f"/api/v2/incremental/{noun}/cursor.json", asked)
            after = str(said.get("after_cursor") or before)
            yield said, before, after
            if said.get("end_of_stream", True) or after == before:
                return
            before = after

    def _pages(self, path: str, cursor: str, **asked: str) -> Iterator[tuple[Any, str, str]]:
        """Pages by Zendesk's other cursors; the last leads back to the beginning, for the next time."""
        before = cursor
        while True:
            said = self.door.get(path, {"page[size]": _PAGE, "page[after]": before, **asked})
            meta = said.get("meta") or {}
            after = str(meta.get("after_cursor") or "") if meta.get("has_more") else ""
            yield said, before, after
            if not after:
                return
            before = after

    def _fields(self) -> dict[str, tuple[str, str]]:
        """What the fields of users are called and what kind they are, by their key."""
        if self._titles is None:
            try:
                pages = self._pages("/api/v2/user_fields.json", "")
                rows = [row for said, _before, _after in pages for row in said["user_fields"]]
            except (NotAllowed, NotThere):
                rows = []
            self._titles = {row["key"]: (row["title"], words.field_kind(row.get("type"))) for row in rows}
        return self._titles

    def _sections(self) -> dict[Any, str]:
        found: dict[Any, str] = {}
        for said, _before, _after in self._pages("/api/v2/help_center/sections.json", ""):
            found |= {row["id"]: row["name"] for row in said["sections"]}
        return found

    def _count(self, noun: str) -> int | None:
        try:
            return int(self.door.get(f"/api/v2/{noun}/count.json")["count"]["value"])
        except (NotThere, NotAllowed, KeyError, TypeError, ValueError):
            return None


def _problem(error: Exception) -> str:
    return str(error) if isinstance(error, MovingError) else _("Zendesk answered in a way that is not documented.")

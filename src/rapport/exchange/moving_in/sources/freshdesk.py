"""Freshdesk, API v2.

Written from https://developers.freshdesk.com/api/: authentication (the key as user name), pagination (`page`, at most
300, and the Link header), rate limit (429 with Retry-After), tickets (`updated_since`, without which only thirty days
come), conversations, contacts, companies, agents, canned responses, solutions and contact fields.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from rapport.exchange.moving_in.errors import MovingError, NotAllowed, NotThere
from rapport.exchange.moving_in.forms import FreshdeskForm
from rapport.exchange.moving_in.reaching import Door
from rapport.exchange.moving_in.seam import Known, OnTheNet, in_parts, nothing_known
from rapport.exchange.moving_in.sources import freshdesk_words as words
from rapport.exchange.moving_in.types import Article, Company, Guide, Kind, Macro, Matter, Page, Person, Step

_PAGE = 100
_MOST_PAGES = 300
_BEGINNING = "1970-01-01T00:00:00Z"


class Freshdesk(OnTheNet):
    name, label, form = "freshdesk", "Freshdesk", FreshdeskForm

    def __init__(self, settings: Mapping[str, Any], known: Known = nothing_known) -> None:
        super().__init__(settings, known)
        signed = base64.b64encode(f"{settings.get('token')}:X".encode()).decode()
        self.door = Door(f"{settings['address']}/api/v2", {"Authorization": f"Basic {signed}"})
        self._people: dict[Any, Mapping[str, Any]] | None = None

    @property
    def account(self) -> str:
        return urlsplit(str(self.settings["address"])).netloc.lower()

    @classmethod
    def guide(cls) -> Guide:
        return Guide(
            (
                _("Sign in to Freshdesk as an administrator who sees every group's tickets."),
                _("Open Profile settings and copy your API key; it is shown after a captcha."),
                _("Enter the address of your Freshdesk and the key."),
            ),
            (_("Satisfaction ratings, time entries and pictures within letters stay in Freshdesk."),),
        )

    def check(self) -> list[Step]:
        steps: list[Step] = []
        try:
            me = self.door.get("/agents/me")
            steps.append(Step(_("Signing in"), said=str((me.get("contact") or {}).get("name") or "")))
            if me.get("ticket_scope", 1) != 1:
                raise NotAllowed(_("This agent does not see every ticket there. Use one with global access."))
            self.door.get("/tickets", {"per_page": 1})
            steps.append(Step(_("Reading tickets")))
        except (MovingError, TypeError, AttributeError) as error:
            said = str(error) if isinstance(error, MovingError) else _("This is no Freshdesk.")
            return [*steps, Step(_("Reading tickets") if steps else _("Signing in"), said)]
        return steps

    def companies(self, cursor: str) -> Iterator[Page[Company]]:
        return self._listed(Kind.COMPANIES, "/companies", {}, cursor, words.company)

    def people(self, cursor: str) -> Iterator[Page[Person]]:
        titles = {
            row["name"]: (row["label"], words.field_kind(row.get("type")))
            for row in self._optional("/contact_fields")
            if not row.get("default")
        }
        return self._listed(Kind.CUSTOMERS, "/contacts", {}, cursor, lambda row: words.person(row, titles))

    def conversations(self, cursor: str) -> Iterator[Page[Matter]]:
        """By the moment of change, so that a later run begins where this one ended; no list has more than 300 pages."""
        since, _bar, said = (cursor or f"{_BEGINNING}|1").partition("|")
        number = int(said or 1)
        while True:
            asked = {"updated_since": since, "order_by": "updated_at", "order_type": "asc", "per_page": _PAGE}
            answer = self.door.ask("GET", "/tickets", params={**asked, "page": number})
            rows = answer.said
            is_last = "next" not in answer.links
            newest = str(rows[-1]["updated_at"]) if rows else since
            starts_anew = is_last or number >= _MOST_PAGES
            after = f"{newest}|1" if starts_anew else f"{since}|{number + 1}"
            yield from in_parts(
                Kind.CONVERSATIONS, [row for row in rows if not row.get("deleted")], self._matter, known=self.known,
                label=words.label, before=f"{since}|{number}", after=after,
            )  # fmt: skip
            if is_last or after == f"{since}|{number}":
                return
            since, number = (newest, 1) if starts_anew else (since, number + 1)

    def macros(self, cursor: str) -> Iterator[Page[Macro]]:
        for folder in self._optional("/canned_response_folders"):
            if folder.get("personal"):
                continue
            rows = self._optional(f"/canned_response_folders/{folder['id']}/responses")
            yield from in_parts(
                Kind.MACROS, rows, lambda row, folder=folder: words.macro(row, folder), known=self.known,  # type: ignore[misc]
                label=words.label, before="", after="", size=_PAGE,
            )  # fmt: skip

    def articles(self, cursor: str) -> Iterator[Page[Article]]:
        for category in self._optional("/solutions/categories"):
            for folder in self._optional(f"/solutions/categories/{category['id']}/folders"):
                place = f"{category['name']} / {folder['name']}"
                rows = list(self._every(f"/solutions/folders/{folder['id']}/articles"))
                yield from in_parts(
                    Kind.ARTICLES, rows, lambda row, place=place: words.article(row, place), known=self.known,  # type: ignore[misc]
                    label=words.label, before="", after="", size=_PAGE,
                )  # fmt: skip

    def _matter(self, row: Mapping[str, Any]) -> Matter:
        ticket = self.door.get(f"/tickets/{row['id']}", {"include": "requester,stats"})
        said = list(self._every(f"/tickets/{row['id']}/conversations"))
        return words.matter(ticket, said, self._agents())

    def _agents(self) -> Mapping[Any, Mapping[str, Any]]:
        if self._people is None:
            self._people = {row["id"]: row.get("contact") or {} for row in self._every("/agents")}
        return self._people

    def _listed(
        self, kind: Kind, path: str, asked: Mapping[str, Any], cursor: str, read: Callable[[Any], Any]
    ) -> Iterator[Page[Any]]:
        number = int(cursor) if cursor.isdecimal() else 1
        while True:
            answer = self.door.ask("GET", path, params={**asked, "per_page": _PAGE, "page": number})
            is_last = "next" not in answer.links
            yield from in_parts(
                kind, answer.said, read, known=self.known, label=words.label, before=str(number),
                after="" if is_last else str(number + 1), size=_PAGE,
            )  # fmt: skip
            if is_last:
                return
            number += 1

    def _every(self, path: str) -> Iterator[Mapping[str, Any]]:
        number = 1
        while True:
            answer = self.door.ask("GET", path, params={"per_page": _PAGE, "page": number})
            yield from answer.said
            if "next" not in answer.links:
                return
            number += 1

    def _optional(self, path: str) -> list[Any]:
        """Nothing where the plan or the role does not have it."""
        try:
            return self.door.get(path) or []
        except (NotThere, NotAllowed):
            return []

"""Intercom, played: lists that go on after an id, a search for conversations, and one conversation with its parts."""

import json
from typing import Any

from rapport.exchange.moving_in.tests.desks.base import PNG, Desk, Refusal


class IntercomDesk(Desk):
    payload = "intercom.json"
    size = 2

    @property
    def settings(self) -> dict[str, Any]:
        return {"token": self.token, "region": "us"}

    def is_known(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") == f"Bearer {self.token}" and headers.get("intercom-version") == "2.11"

    def is_open(self, path: str) -> bool:
        return path.startswith("/i/")

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        if path.startswith("/i/o/"):
            return PNG
        plain = path.strip("/")
        if plain == "me":
            return self.data["me"]
        if plain == "admins":
            return {"type": "admin.list", "admins": self.data["admins"]}
        if plain == "data_attributes":
            return {"type": "list", "data": self.data["data_attributes"]}
        if plain == "companies/list" and method == "POST":
            return self._numbered("companies", int(body["page"]))
        if plain == "articles":
            return self._numbered("articles", int(query["page"]))
        if plain == "contacts":
            return self._after("contacts", "data", query.get("starting_after"))
        if plain == "conversations/search" and method == "POST":
            return self._after("conversations", "conversations", body["pagination"].get("starting_after"))
        noun, _slash, pk = plain.partition("/")
        found = [row for row in self.data.get(noun, ()) if isinstance(row, dict) and row["id"] == pk]
        if not found:
            raise Refusal(404, {"type": "error.list"})
        return json.loads(json.dumps(found[0]).replace("ADDRESS", self.address))

    def _numbered(self, noun: str, number: int) -> Any:
        rows = self.data[noun]
        pages = max(1, -(-len(rows) // self.size))
        page = rows[(number - 1) * self.size : number * self.size]
        return {"type": "list", "data": page, "pages": {"page": number, "total_pages": pages}, "total_count": len(rows)}

    def _after(self, noun: str, called: str, after: str | None) -> Any:
        rows = self.data[noun]
        begin = next((place + 1 for place, row in enumerate(rows) if row["id"] == after), 0)
        page = [{name: value for name, value in row.items() if name != "conversation_parts"} for row in rows]
        page = page[begin : begin + self.size]
        is_last = begin + self.size >= len(rows)
        following = {} if is_last else {"next": {"page": 2, "starting_after": page[-1]["id"]}}
        return {called: page, "total_count": len(rows), "pages": {"type": "pages", **following}}

"""Zendesk, played: exports by cursor and by time, comments with their people beside them, and files with a token."""

import base64
import json
from typing import Any

from rapport.exchange.moving_in.tests.desks.base import PNG, Desk, Refusal


class ZendeskDesk(Desk):
    payload = "zendesk.json"
    size = 2

    @property
    def settings(self) -> dict[str, Any]:
        return {**super().settings, "email": "noor@lampwright.example"}

    def is_known(self, headers: dict[str, str]) -> bool:
        wanted = base64.b64encode(f"noor@lampwright.example/token:{self.token}".encode()).decode()
        return headers.get("authorization") == f"Basic {wanted}"

    def is_open(self, path: str) -> bool:
        return path.startswith("/attachments/")

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        plain = path.removeprefix("/api/v2/").removesuffix(".json")
        if path.startswith("/attachments/token/"):
            return PNG
        if plain == "users/me":
            return {"user": {"id": 901, "name": "Noor Aziz", "role": "admin"}}
        if plain.endswith("/count"):
            return {"count": {"value": len(self.data[plain.partition("/")[0]]), "refreshed_at": "2024-05-01T00:00:00Z"}}
        if plain in ("incremental/tickets/cursor", "incremental/users/cursor"):
            return self._stream(plain.split("/")[1], query)
        if plain == "incremental/organizations":
            return self._by_time(query)
        if plain == "users/show_many":
            ids = query["ids"].split(",")
            return {"users": [user for user in self.data["users"] if str(user["id"]) in ids]}
        if plain.endswith("/comments"):
            return self._comments(plain.split("/")[1], query)
        if plain in ("user_fields", "macros/active", "help_center/sections", "help_center/articles"):
            noun = plain.rpartition("/")[2] if plain != "macros/active" else "macros"
            return self._paged(noun, self.data[noun], query)
        raise Refusal(404, {"error": "RecordNotFound"})

    def _stream(self, noun: str, query: dict[str, str]) -> Any:
        if "cursor" not in query and "start_time" not in query:
            raise Refusal(400, {"error": "StartTimeMissing"})
        # As the real one does: by the moment of change, so that what changes comes again at the end.
        rows = sorted(self.data[noun], key=lambda row: (row["updated_at"], row["id"]))
        after = base64.b64decode(query["cursor"]).decode() if "cursor" in query else ""
        left = [row for row in rows if f"{row['updated_at']}|{row['id']:012}" > after]
        page = left[: self.size]
        place = f"{page[-1]['updated_at']}|{page[-1]['id']:012}" if page else after
        return {
            noun: page,
            "after_cursor": base64.b64encode(place.encode()).decode(),
            "end_of_stream": len(left) <= self.size,
        }

    def _by_time(self, query: dict[str, str]) -> Any:
        start = int(query["start_time"])
        rows = list(enumerate(self.data["organizations"], start=1))
        left = [(at, row) for at, row in rows if at > start]
        page = left[: self.size - 1]
        return {
            "organizations": [row for _at, row in page],
            "end_time": page[-1][0] if page else start,
            "count": len(page),
            "next_page": "…" if len(left) > len(page) else None,
            "end_of_stream": len(left) <= len(page),
        }

    def _comments(self, ticket: str, query: dict[str, str]) -> Any:
        rows = json.loads(json.dumps(self.data["comments"][ticket]).replace("ADDRESS", self.address))
        said = self._paged("comments", rows, query)
        if query.get("include") == "users":
            authors = {row["author_id"] for row in said["comments"]}
            said["users"] = [user for user in self.data["users"] if user["id"] in authors]
        return said

    def _paged(self, noun: str, rows: list[Any], query: dict[str, str]) -> Any:
        begin = int(query.get("page[after]") or 0)
        size = min(int(query.get("page[size]") or 100), self.size)
        end = begin + size
        return {noun: rows[begin:end], "meta": {"has_more": end < len(rows), "after_cursor": str(end)}}

"""Freshdesk, played: numbered pages whose next one is named in the Link header, tickets since a moment."""

import base64
import json
from typing import Any

from rapport.exchange.moving_in.tests.desks.base import PNG, Desk, Refusal


class FreshdeskDesk(Desk):
    payload = "freshdesk.json"
    size = 2

    def is_known(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") == "Basic " + base64.b64encode(f"{self.token}:X".encode()).decode()

    def is_open(self, path: str) -> bool:
        return path.startswith("/data/")

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        if path.startswith("/data/"):
            return PNG
        plain = path.removeprefix("/api/v2/")
        if plain == "agents/me":
            return self.data["me"]
        if plain.startswith("tickets/") and not plain.endswith("/conversations"):
            found = next(row for row in self.data["tickets"] if plain == f"tickets/{row['id']}")
            return json.loads(json.dumps(found).replace("ADDRESS", self.address))
        rows = self._rows(plain, query)
        number = int(query.get("page") or 1)
        return rows[(number - 1) * self.size : number * self.size]

    def links(self, path: str, query: dict[str, str]) -> dict[str, str]:
        plain, number = path.removeprefix("/api/v2/"), int(query.get("page") or 1)
        try:
            is_last = len(self._rows(plain, query)) <= number * self.size
        except Refusal:
            return {}
        return {} if is_last else {"Link": f'<{self.address}{path}?page={number + 1}>; rel="next"'}

    def _rows(self, plain: str, query: dict[str, str]) -> list[Any]:
        if plain == "tickets":
            # Without it the real one gives thirty days only.
            rows = [row for row in self.data["tickets"] if row["updated_at"] >= query.get("updated_since", "2026")]
            # The list says less than a single ticket does.
            hidden = ("description", "attachments", "requester", "stats")
            return sorted(
                ({name: value for name, value in row.items() if name not in hidden} for row in rows),
                key=lambda row: row["updated_at"],
            )
        if plain.endswith("/conversations"):
            return list(self.data["conversations"][plain.split("/")[1]])
        noun = plain.rpartition("/")[2]
        if noun in self.data and noun != "me":
            return list(self.data[noun])
        raise Refusal(404, {})

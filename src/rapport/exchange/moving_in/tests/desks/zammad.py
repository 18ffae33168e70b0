"""Zammad, played: numbered pages, records with the names of what they refer to, articles by ticket."""

from typing import Any

from rapport.exchange.moving_in.tests.desks.base import PNG, Desk, Refusal


class ZammadDesk(Desk):
    payload = "zammad.json"

    def is_known(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") == f"Token token={self.token}"

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        plain = path.removeprefix("/api/v1/")
        if plain == "users/me":
            return self.data["me"]
        if plain in ("users", "organizations", "tickets", "text_modules"):
            number, size = int(query["page"]), int(query["per_page"])
            return self.data[plain][(number - 1) * size : number * size]
        if plain == "object_manager_attributes":
            return self.data[plain]
        if plain == "tags":
            return {"tags": self.data["tags"][query["o_id"]]}
        if plain.startswith("ticket_articles/by_ticket/"):
            return self.data["articles"][plain.rpartition("/")[2]]
        if plain == "ticket_attachment/71/101/9":
            return PNG
        if plain.startswith("users/"):
            found = [row for row in self.data["users"] if str(row["id"]) == plain.partition("/")[2]]
            if found:
                return found[0]
        raise Refusal(404, {"error": "No such route"})

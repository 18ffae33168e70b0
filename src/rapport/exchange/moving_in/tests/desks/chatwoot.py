"""Chatwoot, played: small pages of conversations and contacts, messages before an id, files behind a redirect."""

import json
from typing import Any

from rapport.exchange.moving_in.tests.desks.base import PNG, Desk, Refusal

_ROOT = "/api/v1/accounts/1/"


class ChatwootDesk(Desk):
    payload = "chatwoot.json"
    size = 2
    # Twenty in the real one; the source knows a page that is not full to be the last.
    messages_size = 20

    @property
    def settings(self) -> dict[str, Any]:
        return {**super().settings, "number": 1}

    def is_known(self, headers: dict[str, str]) -> bool:
        return headers.get("api_access_token") == self.token

    def is_open(self, path: str) -> bool:
        return path.startswith("/rails/")

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        if path.startswith("/rails/active_storage/blobs/redirect/"):
            raise Refusal(302, {}, Location=path.replace("blobs/redirect", "disk"))
        if path.startswith("/rails/active_storage/disk/"):
            return PNG
        if path == "/api/v1/profile":
            return self.data["profile"]
        plain = path.removeprefix(_ROOT)
        if plain == "conversations":
            return {
                "data": {"meta": {"all_count": len(self.data["conversations"])}, "payload": self._page(plain, query)}
            }
        if plain == "contacts":
            rows = self._page(plain, query)
            return {"meta": {"count": len(self.data[plain]), "current_page": query["page"]}, "payload": rows}
        if plain in ("canned_responses", "custom_attribute_definitions"):
            return self.data[plain]
        if plain == "portals":
            return {"payload": self.data[plain]}
        if plain == "portals/help/articles":
            return {"payload": self._page("articles", query), "meta": {}}
        if plain.endswith("/messages"):
            return {"meta": {}, "payload": self._messages(plain.split("/")[1], query)}
        raise Refusal(404, {"error": "Resource could not be found"})

    def _page(self, noun: str, query: dict[str, str]) -> list[Any]:
        number = int(query.get("page") or 1)
        return list(self.data[noun][(number - 1) * self.size : number * self.size])

    def _messages(self, conversation: str, query: dict[str, str]) -> list[Any]:
        rows = json.loads(json.dumps(self.data["messages"][conversation]).replace("ADDRESS", self.address))
        before = int(query.get("before") or 10**9)
        return [row for row in rows if row["id"] < before][-self.messages_size :]

"""HubSpot, played: objects after an id, batches of what belongs to them, files with an address for a while."""

from typing import Any

from rapport.exchange.moving_in.tests.desks.base import PNG, Desk, Refusal


class HubSpotDesk(Desk):
    payload = "hubspot.json"
    size = 2

    @property
    def settings(self) -> dict[str, Any]:
        return {"token": self.token}

    def is_known(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") == f"Bearer {self.token}"

    def is_open(self, path: str) -> bool:
        return path.startswith("/signed/")

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        if path.startswith("/signed/"):
            return PNG
        if path == "/account-info/v3/details":
            return self.data["details"]
        if path == "/crm/v3/owners":
            return {"results": self.data["owners"]}
        if path == "/crm/v3/properties/contacts":
            return {"results": self.data["properties"]}
        if path == "/crm/v3/pipelines/tickets":
            return {"results": self.data["pipelines"]}
        if path.startswith("/files/v3/files/"):
            pk = path.split("/")[4]
            if path.endswith("/signed-url"):
                return {"url": f"{self.address}/signed/{pk}.png", "expiresAt": "2026-12-01T00:00:00Z"}
            return next(row for row in self.data["files"] if row["id"] == pk)
        noun = path.removeprefix("/crm/v3/objects/").split("/")[0]
        if path.endswith("/batch/read") and method == "POST":
            wanted = {each["id"] for each in body["inputs"]}
            return {"results": [row for row in self.data[noun] if row["id"] in wanted]}
        if noun in ("companies", "contacts", "tickets"):
            return self._after(noun, query)
        raise Refusal(404, {"category": "OBJECT_NOT_FOUND"})

    def _after(self, noun: str, query: dict[str, str]) -> Any:
        rows, begin = self.data[noun], int(query.get("after") or 0)
        wanted = (query.get("properties") or "").split(",")
        page = [
            {**row, "properties": {name: row["properties"].get(name) for name in wanted}}
            for row in rows[begin : begin + self.size]
        ]
        following = {"paging": {"next": {"after": str(begin + self.size)}}} if begin + self.size < len(rows) else {}
        return {"results": page, **following}

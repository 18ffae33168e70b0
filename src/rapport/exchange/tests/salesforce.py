"""Salesforce as its documents have it: signing in, SOQL with pages, collections of which some fail, deleted records."""

import re
from datetime import UTC, datetime

from rapport.exchange.tests.playing import Played

_QUERY = re.compile(r"SELECT (.+) FROM (\w+)(?: WHERE SystemModstamp >= (\S+))?(?: ORDER BY .*)?(?: LIMIT (\d+))?$")
_DATA = "/services/data/v62.0"


class SalesforcePlayed(Played):
    def __init__(self):
        super().__init__()
        self.kept = {"Contact": {}, "Account": {}}
        self.refresh_token = "refresh-1"
        self.token = ""
        self.tokens = 0
        self.page = 2000
        self.located = {}
        self.has_key = True
        self.refused = set()
        self.grants = []

    def add(self, kind="Contact", **values):
        with self.lock:
            id = f"{'003' if kind == 'Contact' else '001'}{len(self.kept[kind]):015d}"
            self.kept[kind][id] = {
                "Id": id,
                **values,
                "changed": self.now(),
                "IsDeleted": False,
                "MasterRecordId": None,
            }
            return id

    def change(self, id, kind="Contact", **values):
        with self.lock:
            self.kept[kind][id] |= {**values, "changed": self.now()}

    def delete(self, id, kind="Contact", into=None):
        self.change(id, kind, IsDeleted=True, MasterRecordId=into)

    def expire(self):
        self.token = "none"

    def answer(self, method, path, query, body, headers):
        if path == "/services/oauth2/token":
            return self._sign_in(body)
        if not self.token or headers.get("Authorization") != f"Bearer {self.token}":
            return 401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], {}
        path = path.removeprefix(_DATA)
        if path == "/queryAll":
            return self._query(query["q"])
        if path.startswith("/query/"):
            return self._more(path.removeprefix("/query/"))
        if path.endswith("/describe"):
            return 200, {"fields": self._fields(path.split("/")[2])}, {}
        assert method == "PATCH"
        assert body["allOrNone"] is False
        assert len(body["records"]) <= 200
        _start, _composite, _sobjects, *rest = path.split("/")
        return 200, [self._write(each, rest) for each in body["records"]], {}

    def _sign_in(self, body):
        self.grants.append(body)
        if body.get("grant_type") == "refresh_token" and body.get("refresh_token") != self.refresh_token:
            return 400, {"error": "invalid_grant", "error_description": "expired access/refresh token"}, {}
        self.tokens += 1
        self.token = f"session-{self.tokens}"
        return 200, {"access_token": self.token, "instance_url": self.address, "token_type": "Bearer"}, {}

    def _fields(self, kind):
        names = ("FirstName", "LastName", "Email", "Phone", "MailingCity") if kind == "Contact" else ("Name", "Website")
        known = [{"name": name, "label": name, "updateable": True, "type": "string"} for name in names]
        key = {"name": "Rapport_ID__c", "label": "Rapport ID", "updateable": True, "type": "string", "externalId": True}
        return [*known, key] if self.has_key else known

    def _query(self, words):
        names, kind, since, limit = _QUERY.match(words).groups()
        rows = sorted(self.kept[kind].values(), key=lambda row: (row["changed"], row["Id"]))
        rows = [self._shown(kind, row, names.split(", ")) for row in rows]
        if since:
            rows = [row for row in rows if row["SystemModstamp"] >= since.replace("Z", ".000+0000")]
        return self._answer(kind, rows[: int(limit)] if limit else rows, 0)

    def _answer(self, kind, rows, start):
        found = {"totalSize": len(rows), "records": rows[start : start + self.page]}
        if start + self.page >= len(rows):
            return 200, {**found, "done": True}, {}
        locator = f"01g{len(self.located):012d}-{start + self.page}"
        self.located[locator] = (kind, rows, start + self.page)
        return 200, {**found, "done": False, "nextRecordsUrl": f"{_DATA}/query/{locator}"}, {}

    def _more(self, locator):
        if locator not in self.located:
            return 400, [{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}], {}
        return self._answer(*self.located[locator])

    def _shown(self, kind, row, names):
        stamp = datetime.fromtimestamp(row["changed"] // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        said = {"attributes": {"type": kind}, "SystemModstamp": stamp}
        for name in names:
            if "." in name:
                account = self.kept["Account"].get(row.get("AccountId"))
                said["Account"] = {"attributes": {}, "Name": account["Name"]} if account else None
            elif name != "SystemModstamp":
                said[name] = row.get(name)
        return said

    def _write(self, record, rest):
        values = {name: value for name, value in record.items() if name not in ("attributes", "id")}
        kind = record["attributes"]["type"]
        if values.get("Email") in self.refused or (
            kind == "Contact" and not rest and values.get("LastName", "x") is None
        ):
            error = {
                "statusCode": "INVALID_EMAIL_ADDRESS",
                "message": "Email: invalid email address",
                "fields": ["Email"],
            }
            return {"success": False, "errors": [error]}
        if not rest:
            if record["id"] not in self.kept[kind] or self.kept[kind][record["id"]]["IsDeleted"]:
                return {
                    "success": False,
                    "errors": [{"statusCode": "ENTITY_IS_DELETED", "message": "entity is deleted"}],
                }
            self.change(record["id"], kind, **values)
            return {"id": record["id"], "success": True, "errors": []}
        assert rest == [kind, "Rapport_ID__c"]
        known = next(
            (each for each in self.kept[kind].values() if each.get("Rapport_ID__c") == values["Rapport_ID__c"]), None
        )
        if known:
            self.change(known["Id"], kind, **values)
        id = known["Id"] if known else self.add(kind, **values)
        return {"id": id, "success": True, "created": known is None, "errors": []}

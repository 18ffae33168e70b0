"""HubSpot as its documents have it: lists, searches, batches with some that fail, merged and archived records."""

from datetime import UTC, datetime

from rapport.exchange.tests.playing import Played

TOKEN = "pat-eu1-11111111"
_CHANGED = {"contacts": "lastmodifieddate", "companies": "hs_lastmodifieddate"}
_FIELDS = {
    "contacts": ("firstname", "lastname", "email", "phone", "company", "city", "jobtitle", "hs_merged_object_ids"),
    "companies": ("name", "domain", "hs_merged_object_ids"),
}


def iso(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class HubSpotPlayed(Played):
    def __init__(self):
        super().__init__()
        self.kept = {"contacts": {}, "companies": {}}
        self.properties = {kind: dict.fromkeys(names) for kind, names in _FIELDS.items()}
        self.next_id = 1000
        # Addresses with which it refuses a record.
        self.refused = set()
        self.found_at_most = 10_000
        self.list_page = 100

    # -- what its own people do ---------------------------------------------------------------------
    def add(self, kind="contacts", **properties):
        with self.lock:
            self.next_id += 1
            row = {"id": str(self.next_id), "properties": properties, "changed": self.now(), "archived": None}
            self.kept[kind][row["id"]] = row
            return row["id"]

    def change(self, id, kind="contacts", **properties):
        with self.lock:
            row = self.kept[kind][id]
            row["properties"] |= properties
            row["changed"] = self.now()

    def archive(self, id, kind="contacts"):
        with self.lock:
            self.kept[kind][id]["archived"] = self.now()

    def merge(self, gone, into, kind="contacts"):
        with self.lock:
            del self.kept[kind][gone]
            before = self.kept[kind][into]["properties"].get("hs_merged_object_ids", "")
            self.change(into, kind, hs_merged_object_ids=";".join(filter(None, [before, gone])))

    def said(self, id, kind="contacts"):
        return self.kept[kind][id]["properties"]

    def by(self, email):
        return next(row for row in self.kept["contacts"].values() if row["properties"].get("email") == email)

    # -- its API ------------------------------------------------------------------------------------
    def answer(self, method, path, query, body, headers):
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            said = "Authentication credentials not found."
            return 401, {"status": "error", "message": said, "category": "INVALID_AUTHENTICATION"}, {}
        if path == "/account-info/v3/details":
            return 200, {"portalId": 4711, "timeZone": "Europe/Berlin"}, {}
        _empty, _crm, _v3, noun, kind, *rest = path.split("/")
        if noun == "properties":
            return self._properties(method, kind, rest, body)
        if rest == ["search"]:
            return self._search(kind, body)
        if rest[:1] == ["batch"]:
            return self._batch(kind, rest[1], body["inputs"])
        return self._list(kind, query)

    def _properties(self, method, kind, rest, body):
        if method == "POST":
            self.properties[kind][body["name"]] = None
            return 201, body, {}
        if rest:
            known = rest[0] in self.properties[kind]
            return (200, {"name": rest[0]}, {}) if known else (404, {"message": "no such property"}, {})
        return 200, {"results": [{"name": name, "label": name.title()} for name in self.properties[kind]]}, {}

    def _list(self, kind, query):
        is_archived = query["archived"] == "true"
        rows = [row for row in self.kept[kind].values() if bool(row["archived"]) == is_archived]
        return self._paged(
            rows, query.get("after"), min(int(query["limit"]), self.list_page), query.get("properties", "")
        )

    def _search(self, kind, body):
        [[wanted]] = [group["filters"] for group in body["filterGroups"]]
        assert (wanted["propertyName"], wanted["operator"]) == (_CHANGED[kind], "GTE")
        assert body["limit"] <= 200
        if int(body.get("after", 0)) >= self.found_at_most:
            return 400, {"status": "error", "message": "paging too deep", "category": "VALIDATION_ERROR"}, {}
        rows = [
            row for row in self.kept[kind].values() if not row["archived"] and row["changed"] >= int(wanted["value"])
        ]
        rows.sort(key=lambda row: row["changed"])
        return self._paged(rows, body.get("after"), body["limit"], ",".join(body["properties"]), kind)

    def _paged(self, rows, after, limit, properties, kind=""):
        start = int(after or 0)
        found = [self._shown(row, properties.split(",")) for row in rows[start : start + limit]]
        more = {"paging": {"next": {"after": str(start + limit)}}} if len(rows) > start + limit else {}
        return 200, {"total": len(rows), "results": found, **more}, {}

    def _shown(self, row, names):
        changed = iso(row["changed"])
        said = {name: row["properties"].get(name) for name in names if name}
        said |= {name: changed for name in _CHANGED.values() if name in names}
        archived = {"archivedAt": iso(row["archived"])} if row["archived"] else {}
        return {"id": row["id"], "properties": said, "updatedAt": changed, "archived": bool(archived), **archived}

    def _batch(self, kind, way, inputs):
        assert len(inputs) <= 100
        results, errors = [], []
        for each in inputs:
            problem = self._problem(kind, way, each)
            if problem:
                trace = {"objectWriteTraceId": [each["objectWriteTraceId"]]}
                errors.append({"status": "error", "category": "VALIDATION_ERROR", "message": problem, "context": trace})
                continue
            row = self._written(kind, way, each)
            shown = self._shown(row, ["email", "rapport_id"])
            results.append({**shown, "objectWriteTraceId": each["objectWriteTraceId"]})
        many = {"numErrors": len(errors), "errors": errors} if errors else {}
        return (207 if errors else 200), {"status": "COMPLETE", "results": results, **many}, {}

    def _problem(self, kind, way, each):
        email = each["properties"].get("email")
        unknown = set(each["properties"]) - set(self.properties[kind])
        if unknown:
            return f"Property values were not valid: {sorted(unknown)} does not exist"
        if email in self.refused:
            return f"Property values were not valid: email {email} is invalid"
        others = [row for row in self.kept[kind].values() if email and row["properties"].get("email") == email]
        if way == "upsert" and others and others[0]["properties"].get("rapport_id") not in (None, each["id"]):
            return f"Contact already exists. Existing ID: {others[0]['id']}"
        return "resource not found" if way == "update" and each["id"] not in self.kept[kind] else ""

    def _written(self, kind, way, each):
        known = self.kept[kind]
        row = known.get(each["id"]) if way == "update" else None
        if way == "upsert":
            assert each["idProperty"] == "rapport_id"
            row = next((one for one in known.values() if one["properties"].get("rapport_id") == each["id"]), None)
        if row is None:
            return known[self.add(kind, **each["properties"])]
        row["properties"] |= each["properties"]
        row["changed"] = self.now()
        return row

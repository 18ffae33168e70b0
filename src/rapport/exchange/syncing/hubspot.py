"""HubSpot: contacts and companies by the CRM API, version 3, with the token of a private app.

Written from developers.hubspot.com/docs/api-reference ("legacy" v3 pages, 2026-03): objects list, search, batch/update,
batch/upsert, properties, account-info, and "API usage guidelines". Contacts are ordered by `lastmodifieddate`,
companies by `hs_lastmodifieddate`; a search answers at most 10,000 records, and lags some seconds behind.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.exchange.syncing.asking import ask, date_of, understood
from rapport.exchange.syncing.errors import NotLetIn, SystemProblem, Unreachable
from rapport.exchange.syncing.names import joined, split
from rapport.exchange.syncing.seam import (
    Cursor,
    Line,
    Noun,
    Page,
    Step,
    System,
    TheirField,
    TheirRecord,
    Write,
    Written,
)
from rapport.kit import clock

API = "https://api.hubapi.com"
KEY = "rapport_id"
_OBJECTS = {Noun.CUSTOMER: "contacts", Noun.COMPANY: "companies"}
_CHANGED = {Noun.CUSTOMER: "lastmodifieddate", Noun.COMPANY: "hs_lastmodifieddate"}
_MERGED = "hs_merged_object_ids"
_LIST_PAGE = 100
_SEARCH_PAGE = 200
_MOST_FOUND = 10_000
# A change is found by searching only some seconds after it was made.
_LAG = timedelta(seconds=90)


class HubSpotForm(forms.Form):
    token = forms.CharField(
        label=gettext_lazy("Access token of the private app"),
        widget=forms.PasswordInput,
        max_length=500,
        help_text=gettext_lazy("It begins with pat-."),
    )
    api = forms.URLField(
        label=gettext_lazy("Address of the API"), initial=API, assume_scheme="https", required=False, max_length=200
    )
    further = ("api",)
    goes_to: ClassVar[Mapping[str, Sequence[str]]] = {"token": ("api",)}


class HubSpot(System):
    name, label = "hubspot", "HubSpot"
    form = HubSpotForm
    guide = (
        gettext_lazy("In HubSpot open Settings, Integrations, Private apps, and create one called Rapport."),
        gettext_lazy(
            "Under Scopes add crm.objects.contacts and crm.objects.companies, both read and write, and "
            "crm.schemas.contacts and crm.schemas.companies, both read and write."
        ),
        gettext_lazy("Create the app, show its token, and paste it here."),
    )
    usual: ClassVar[Mapping[Noun, Sequence[Line]]] = {
        Noun.CUSTOMER: (
            Line("name", "name"),
            Line("email", "email"),
            Line("phone", "phone"),
            Line("company", "company"),
            Line("location", "city"),
        ),
        Noun.COMPANY: (Line("name", "name"), Line("domain", "domain")),
    }

    def check(self) -> list[Step]:
        steps = []
        for label, try_it in (
            (_("Signing in"), self._know_account),
            (_("Reading contacts"), lambda: self._list(Noun.CUSTOMER, {}, ["email"])),
            (_("Reading companies"), lambda: self._list(Noun.COMPANY, {}, ["domain"])),
            (_("A field for our number at contacts"), lambda: self._make_key(Noun.CUSTOMER)),
            (_("A field for our number at companies"), lambda: self._make_key(Noun.COMPANY)),
        ):
            try:
                try_it()
                steps.append(Step(label))
            except SystemProblem as error:
                return [*steps, Step(label, str(error))]
        return steps

    def fields(self, noun: Noun) -> list[TheirField]:
        found = self._call("GET", f"/crm/v3/properties/{_OBJECTS[noun]}")["results"]
        known = [
            TheirField(
                each["name"], each.get("label") or each["name"],
                bool(each.get("calculated") or each.get("modificationMetadata", {}).get("readOnlyValue")),
            )
            for each in found
            if each["name"] not in (KEY, "firstname", "lastname") and not each.get("hidden")
        ]  # fmt: skip
        whole = [TheirField("name", gettext_lazy("First and last name"))] if noun == Noun.CUSTOMER else []
        return [*whole, *sorted(known, key=lambda each: str(each.label).casefold())]

    def changed_since(self, noun: Noun, cursor: Cursor, names: Sequence[str]) -> Page:
        """First everything by its list, then what changed by searching, then what was deleted."""
        if "archived" in cursor:
            return self._deleted(noun, cursor)
        return (
            self._found(noun, cursor, names)
            if "since" in cursor and "list" not in cursor
            else self._list(noun, cursor, names)
        )

    def push(self, noun: Noun, writes: Sequence[Write]) -> list[Written]:
        known = [each for each in writes if each.id]
        fresh = [each for each in writes if not each.id]
        done = {
            **self._batch(noun, "update", known),
            **self._batch(noun, "upsert", fresh),
        }
        return [done[each.key] for each in writes]

    def address_of(self, noun: Noun, id: str) -> str:
        portal = self.settings.get("portal")
        kind = "0-1" if noun == Noun.CUSTOMER else "0-2"
        return f"https://app.hubspot.com/contacts/{portal}/record/{kind}/{id}" if portal else ""

    def _list(self, noun: Noun, cursor: Cursor, names: Sequence[str]) -> Page:
        """Everything that there is, by id. What changes meanwhile is found by searching afterwards."""
        asked = {"limit": str(_LIST_PAGE), "archived": "false", "properties": ",".join(self._wanted(noun, names))}
        if cursor.get("list"):
            asked["after"] = cursor["list"]
        answer = self._ask("GET", f"/crm/v3/objects/{_OBJECTS[noun]}", params=asked)
        found = understood(answer, self.label)
        since = cursor.get("since") or _milliseconds((date_of(answer) or clock.now()) - _LAG)
        after = _after(found)
        following: Cursor = {"list": after, "since": since} if after else {"since": since, "swept": since}
        return Page(self._records(noun, found["results"]), following, is_last=not after)

    def _found(self, noun: Noun, cursor: Cursor, names: Sequence[str]) -> Page:
        changed, since = _CHANGED[noun], int(cursor["since"])
        body: dict[str, Any] = {
            "filterGroups": [{"filters": [{"propertyName": changed, "operator": "GTE", "value": str(since)}]}],
            "sorts": [{"propertyName": changed, "direction": "ASCENDING"}],
            "properties": self._wanted(noun, names),
            "limit": _SEARCH_PAGE,
        }
        if cursor.get("after"):
            body["after"] = cursor["after"]
        found = self._call("POST", f"/crm/v3/objects/{_OBJECTS[noun]}/search", json=body)
        records = self._records(noun, found["results"])
        latest = max([since, *(_milliseconds(each.changed_at) for each in records if each.changed_at)])
        kept = {"since": since, "swept": cursor.get("swept", since), "top": max(latest, int(cursor.get("top", 0)))}
        if (after := _after(found)) and int(after) < _MOST_FOUND:
            return Page(records, {**kept, "after": after}, is_last=False)
        if after:
            if latest == since:
                # More than it ever tells were changed in one moment: everything is looked through once more.
                return Page(records, {"list": "", "since": since}, is_last=False)
            return Page(records, {**kept, "since": latest}, is_last=False)
        return Page(records, {**kept, "archived": ""}, is_last=False)

    def _deleted(self, noun: Noun, cursor: Cursor) -> Page:
        asked = {"limit": str(_LIST_PAGE), "archived": "true"}
        if cursor["archived"]:
            asked["after"] = cursor["archived"]
        answer = self._ask("GET", f"/crm/v3/objects/{_OBJECTS[noun]}", params=asked)
        found = understood(answer, self.label)
        swept = int(cursor["swept"])
        gone = [
            TheirRecord(str(each["id"]), is_deleted=True)
            for each in found["results"]
            if (at := _moment(each.get("archivedAt"))) is None or _milliseconds(at) >= swept
        ]
        if after := _after(found):
            return Page(gone, {**cursor, "archived": after}, is_last=False)
        lag = int(_LAG.total_seconds() * 1000)
        now = _milliseconds(date_of(answer) or clock.now()) - lag
        # Backwards by the lag: what is told twice does no harm, what is never told does.
        since = max(int(cursor["since"]), int(cursor.get("top", 0)) - lag)
        return Page(gone, {"since": since, "swept": max(swept, now)}, is_last=True)

    def _records(self, noun: Noun, found: Iterable[Mapping[str, Any]]) -> list[TheirRecord]:
        return [self._record(noun, each) for each in found]

    def _record(self, noun: Noun, each: Mapping[str, Any]) -> TheirRecord:
        values = {name: str(value) for name, value in (each.get("properties") or {}).items() if value is not None}
        if noun == Noun.CUSTOMER:
            values["name"] = joined(values.get("firstname", ""), values.get("lastname", ""))
        merged = tuple(word for word in values.get(_MERGED, "").split(";") if word and word != str(each["id"]))
        changed = _moment(values.get(_CHANGED[noun])) or _moment(each.get("updatedAt"))
        return TheirRecord(str(each["id"]), values, changed, key=values.get(KEY, ""), merged=merged)

    def _wanted(self, noun: Noun, names: Sequence[str]) -> list[str]:
        own = ["firstname", "lastname"] if noun == Noun.CUSTOMER else []
        asked = [name for name in names if name != "name" or noun == Noun.COMPANY]
        return list(dict.fromkeys([*asked, *own, KEY, _CHANGED[noun], _MERGED]))

    def _batch(self, noun: Noun, way: str, writes: Sequence[Write]) -> dict[str, Written]:
        """One request; where it takes none because of one of them, halves are tried until that one is found."""
        if not writes:
            return {}
        answer = self._ask(
            "POST", f"/crm/v3/objects/{_OBJECTS[noun]}/batch/{way}",
            json={"inputs": [self._input(noun, way, each) for each in writes]},
        )  # fmt: skip
        found = understood(answer, self.label)
        if answer.status_code >= 400:
            if len(writes) == 1:
                return {writes[0].key: Written(writes[0].key, problem=_words(found))}
            half = len(writes) // 2
            return {**self._batch(noun, way, writes[:half]), **self._batch(noun, way, writes[half:])}
        return _outcomes(writes, found)

    def _input(self, noun: Noun, way: str, write: Write) -> dict[str, Any]:
        values = dict(write.values)
        if noun == Noun.CUSTOMER and "name" in values:
            values["firstname"], values["lastname"] = split(values.pop("name"))
        if way == "upsert":
            known = {"idProperty": KEY, "id": write.key}
            return {**known, "properties": {**values, KEY: write.key}, "objectWriteTraceId": write.key}
        return {"id": write.id, "properties": values, "objectWriteTraceId": write.key}

    def _know_account(self) -> None:
        """Its number, which the addresses of its pages begin with."""
        portal = str(self._call("GET", "/account-info/v3/details").get("portalId", ""))
        if portal and self.settings.get("portal") != portal:
            self.settings = {**self.settings, "portal": portal}
            self.keep({"portal": portal})

    def _make_key(self, noun: Noun) -> None:
        """The field that our number is kept in; there can be only one record with each."""
        kind = _OBJECTS[noun]
        if self._ask("GET", f"/crm/v3/properties/{kind}/{KEY}").status_code == 200:
            return
        group = "contactinformation" if noun == Noun.CUSTOMER else "companyinformation"
        made = {
            "name": KEY, "label": "Rapport ID", "type": "string", "fieldType": "text", "groupName": group,
            "hasUniqueValue": True,
        }  # fmt: skip
        self._call("POST", f"/crm/v3/properties/{kind}", json=made)

    def _call(self, method: str, path: str, **more: Any) -> Any:
        """The JSON of an answer that is good. Raises SystemProblem."""
        answer = self._ask(method, path, **more)
        found = understood(answer, self.label)
        if answer.status_code >= 400:
            raise Unreachable(_words(found))
        return found

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        base = str(self.settings.get("api") or API).rstrip("/")
        answer = ask(method, base + path, token=str(self.settings.get("token", "")), to=self.label, **more)
        if answer.status_code == 401:
            raise NotLetIn(_("HubSpot does not know this token. Make a new one in the private app, and paste it here."))
        if answer.status_code == 403:
            raise NotLetIn(_("The private app lacks a scope: %(words)s") % {"words": _words(_json(answer))})
        return answer


def _outcomes(writes: Sequence[Write], found: Mapping[str, Any]) -> dict[str, Written]:
    """By the trace that each of them carries, else by the ids that an answer names."""
    by_id = {each.id: each.key for each in writes if each.id}
    done: dict[str, Written] = {}
    for each in found.get("results", ()):
        key = each.get("objectWriteTraceId") or by_id.get(str(each["id"])) or each.get("properties", {}).get(KEY, "")
        done[key] = Written(key, id=str(each["id"]))
    for error in found.get("errors", ()):
        context = error.get("context", {})
        traces = context.get("objectWriteTraceId", [])
        keys = [
            *traces,
            *(by_id[str(one)] for one in context.get("ids", []) if str(one) in by_id),
            *context.get("ids", []),
        ]
        for key in keys:
            done.setdefault(key, Written(key, problem=_words(error)))
    return {
        each.key: done.get(each.key, Written(each.key, problem=_("HubSpot said nothing of this record.")))
        for each in writes
    }


def _after(found: Mapping[str, Any]) -> str:
    return str((found.get("paging") or {}).get("next", {}).get("after", ""))


def _words(found: Any) -> str:
    return str(found.get("message") or found)[:500] if isinstance(found, dict) else str(found)[:500]


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text[:200]


def _moment(said: Any) -> datetime | None:
    """As text or in milliseconds since 1970: both occur."""
    if not said:
        return None
    text = str(said)
    if text.isdecimal():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return parse_datetime(text)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

"""Salesforce: contacts and accounts by the REST API, version 62.0.

Written from "REST API Developer Guide" (developer.salesforce.com/docs, 262.0): Query, QueryAll, sObject Collections
update and upsert by external id, sObject Describe, Limits; and "OAuth 2.0 Refresh Token Flow" and "JWT Bearer Flow" of
Salesforce Help. What was deleted or merged is told by QueryAll, as long as it is in the recycle bin.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import jwt
from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.exchange.syncing.asking import ask, understood
from rapport.exchange.syncing.errors import NotLetIn, SlowDown, SystemProblem, Unreachable
from rapport.exchange.syncing.names import joined, split
from rapport.exchange.syncing.seam import (
    Cursor,
    Direction,
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

LOGIN = "https://login.salesforce.com"
VERSION = "v62.0"
KEY = "Rapport_ID__c"
_OBJECTS = {Noun.CUSTOMER: "Contact", Noun.COMPANY: "Account"}
_ALWAYS = ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId", KEY)
# Moments are whole seconds, and a long transaction's are older than the moment it is seen.
_LAG = timedelta(seconds=90)
_NO_NAME = "-"


class SecretLines(forms.PasswordInput):
    """A secret of several lines, which never comes back in a page either."""

    template_name = "django/forms/widgets/textarea.html"

    def __init__(self) -> None:
        super().__init__({"rows": 4, "spellcheck": "false"})


class SalesforceForm(forms.Form):
    client_id = forms.CharField(label=gettext_lazy("Consumer key of the connected app"), max_length=500)
    client_secret = forms.CharField(
        label=gettext_lazy("Consumer secret"), widget=forms.PasswordInput, max_length=500, required=False
    )
    refresh_token = forms.CharField(
        label=gettext_lazy("Refresh token"),
        widget=forms.PasswordInput,
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Or leave it empty, and name a user and a private key."),
    )
    username = forms.CharField(label=gettext_lazy("User whom Rapport acts as"), max_length=200, required=False)
    private_key = forms.CharField(
        label=gettext_lazy("Private key (PEM)"),
        widget=SecretLines,
        max_length=8000,
        required=False,
    )
    login = forms.URLField(
        label=gettext_lazy("Sign-in address"), initial=LOGIN, assume_scheme="https", max_length=200, required=False,
        help_text=gettext_lazy("Your own domain, or https://test.salesforce.com for a sandbox."),
    )  # fmt: skip

    goes_to: ClassVar[Mapping[str, Sequence[str]]] = {
        "client_secret": ("login",),
        "refresh_token": ("login",),
        "private_key": ("login",),
    }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("refresh_token") and not (said.get("private_key") and said.get("username")):
            raise forms.ValidationError(_("It needs a refresh token, or a user and a private key."))
        return said


class Salesforce(System):
    name, label = "salesforce", "Salesforce"
    form = SalesforceForm
    batch = 200
    guide = (
        gettext_lazy(
            "In Salesforce Setup make a connected app with the OAuth scopes api and refresh_token, offline_access."
        ),
        gettext_lazy(
            "At the objects Contact and Account add a text field called Rapport ID (API name Rapport_ID__c), marked as "
            "unique and as External ID, and let the user of the integration see and change it."
        ),
        gettext_lazy(
            "Paste the app's consumer key here, with a refresh token, or with a user who is let in beforehand and the "
            "private key of the certificate that the app knows."
        ),
    )
    usual: ClassVar[Mapping[Noun, Sequence[Line]]] = {
        Noun.CUSTOMER: (
            Line("name", "name"),
            Line("email", "Email"),
            Line("phone", "Phone"),
            Line("company", "Account.Name", Direction.IN),
            Line("location", "MailingCity"),
        ),
        Noun.COMPANY: (Line("name", "Name"), Line("domain", "Website")),
    }

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._token = self._instance = ""

    def check(self) -> list[Step]:
        steps = []
        for label, try_it in (
            (_("Signing in"), self._sign_in),
            (_("Reading contacts"), lambda: self._query("SELECT Id FROM Contact LIMIT 1")),
            (_("Reading accounts"), lambda: self._query("SELECT Id FROM Account LIMIT 1")),
            (_("The field Rapport_ID__c at contacts"), lambda: self._find_key(Noun.CUSTOMER)),
            (_("The field Rapport_ID__c at accounts"), lambda: self._find_key(Noun.COMPANY)),
        ):
            try:
                try_it()
                steps.append(Step(label))
            except SystemProblem as error:
                return [*steps, Step(label, str(error))]
        return steps

    def fields(self, noun: Noun) -> list[TheirField]:
        found = self._call("GET", f"/sobjects/{_OBJECTS[noun]}/describe")["fields"]
        names = ("FirstName", "LastName", "Name") if noun == Noun.CUSTOMER else ()
        known = [
            TheirField(each["name"], each.get("label") or each["name"], not each.get("updateable"))
            for each in found
            if each["name"] not in (*_ALWAYS, *names) and each.get("type") not in ("address", "reference", "base64")
        ]
        whole = (
            [
                TheirField("name", gettext_lazy("First and last name")),
                TheirField("Account.Name", gettext_lazy("Account"), is_read_only=True),
            ]
            if noun == Noun.CUSTOMER
            else []
        )
        return [*whole, *sorted(known, key=lambda each: str(each.label).casefold())]

    def changed_since(self, noun: Noun, cursor: Cursor, names: Sequence[str]) -> Page:
        since = str(cursor.get("since", ""))
        try:
            found = self._page(noun, cursor, names)
        except _Expired:
            found = self._page(noun, {"since": since}, names)
        records = [self._record(noun, each) for each in found["records"]]
        top = max([str(cursor.get("top", since)), *(str(each["SystemModstamp"]) for each in found["records"])])
        if not found.get("done", True):
            return Page(records, {"since": since, "top": top, "next": found["nextRecordsUrl"]}, is_last=False)
        return Page(records, {"since": _earlier(top) if top != since else since}, is_last=True)

    def push(self, noun: Noun, writes: Sequence[Write]) -> list[Written]:
        known = [each for each in writes if each.id]
        fresh = [each for each in writes if not each.id]
        kind = _OBJECTS[noun]
        done: dict[str, Written] = {}
        for chosen, path in ((known, "/composite/sobjects"), (fresh, f"/composite/sobjects/{kind}/{KEY}")):
            if not chosen:
                continue
            body = {"allOrNone": False, "records": [self._body(noun, each) for each in chosen]}
            answers = self._call("PATCH", path, json=body)
            done.update({each.key: _outcome(each, said) for each, said in zip(chosen, answers, strict=True)})
        return [done[each.key] for each in writes]

    def address_of(self, noun: Noun, id: str) -> str:
        instance = str(self.settings.get("instance") or self._instance)
        return f"{instance}/lightning/r/{_OBJECTS[noun]}/{id}/view" if instance else ""

    def _page(self, noun: Noun, cursor: Cursor, names: Sequence[str]) -> Any:
        if cursor.get("next"):
            return self._call("GET", str(cursor["next"]), is_whole=True)
        since = str(cursor.get("since", ""))
        where = f" WHERE SystemModstamp >= {_soql(since)}" if since else ""
        wanted = ", ".join(self._wanted(noun, names))
        kind = _OBJECTS[noun]
        return self._query(f"SELECT {wanted} FROM {kind}{where} ORDER BY SystemModstamp ASC, Id ASC")  # noqa: S608

    def _wanted(self, noun: Noun, names: Sequence[str]) -> list[str]:
        own = ["FirstName", "LastName"] if noun == Noun.CUSTOMER else []
        asked = [name for name in names if name != "name" and name.replace("_", "").replace(".", "").isalnum()]
        return list(dict.fromkeys([*_ALWAYS, *own, *asked]))

    def _record(self, noun: Noun, each: Mapping[str, Any]) -> TheirRecord:
        values = {name: str(value) for name, value in each.items() if _is_plain(value)}
        for name, inside in each.items():
            if isinstance(inside, dict) and name != "attributes":
                values |= {f"{name}.{part}": str(value) for part, value in inside.items() if _is_plain(value)}
        if noun == Noun.CUSTOMER:
            last = "" if values.get("LastName") == _NO_NAME else values.get("LastName", "")
            values["name"] = joined(values.get("FirstName", ""), last)
        return TheirRecord(
            str(each["Id"]), values, parse_datetime(str(each["SystemModstamp"])), key=values.get(KEY, ""),
            is_deleted=bool(each.get("IsDeleted")), merged_into=str(each.get("MasterRecordId") or ""),
        )  # fmt: skip

    def _body(self, noun: Noun, write: Write) -> dict[str, Any]:
        values: dict[str, Any] = {name: value or None for name, value in write.values.items()}
        if noun == Noun.CUSTOMER and ("name" in values or not write.id):
            first, last = split(values.pop("name", None) or "")
            # A contact without a last name is refused there.
            values |= {"FirstName": first or None, "LastName": last or _NO_NAME}
        known = {"id": write.id} if write.id else {KEY: write.key}
        return {"attributes": {"type": _OBJECTS[noun]}, **known, **values}

    def _find_key(self, noun: Noun) -> None:
        fields = self._call("GET", f"/sobjects/{_OBJECTS[noun]}/describe")["fields"]
        found = next((each for each in fields if each["name"] == KEY), None)
        if found is None or not found.get("externalId"):
            raise NotLetIn(_("There is no field Rapport_ID__c there that is marked as External ID. Add it as above."))

    def _query(self, words: str) -> Any:
        return self._call("GET", "/queryAll", params={"q": words})

    def _call(self, method: str, path: str, *, is_whole: bool = False, **more: Any) -> Any:
        """The JSON of an answer that is good; signs in where that is over. Raises SystemProblem."""
        if not self._token:
            self._sign_in()
        for tried in (1, 2):
            url = self._instance + (path if is_whole else f"/services/data/{VERSION}{path}")
            answer = ask(method, url, token=self._token, to=self.label, **more)
            if answer.status_code == 401 and tried == 1:
                self._sign_in()
                continue
            return _good(answer, self.label)
        raise NotLetIn(_("Salesforce does not let Rapport in."))

    def _sign_in(self) -> None:
        base = str(self.settings.get("login") or LOGIN).rstrip("/")
        answer = ask("POST", f"{base}/services/oauth2/token", form=self._grant(base), to=self.label)
        found = understood(answer, self.label)
        if answer.status_code >= 400 or "access_token" not in found:
            words = str(found.get("error_description") or found.get("error") or answer.status_code)
            raise NotLetIn(_("Salesforce does not let Rapport in: %(words)s") % {"words": words[:300]})
        self._token, self._instance = str(found["access_token"]), str(found["instance_url"]).rstrip("/")
        changed = {"instance": self._instance}
        if found.get("refresh_token"):
            changed["refresh_token"] = str(found["refresh_token"])
        if any(self.settings.get(name) != value for name, value in changed.items()):
            self.settings = {**self.settings, **changed}
            self.keep(changed)

    def _grant(self, base: str) -> dict[str, str]:
        said = self.settings
        if said.get("refresh_token"):
            secret = {"client_secret": str(said["client_secret"])} if said.get("client_secret") else {}
            known = {"client_id": str(said["client_id"]), "refresh_token": str(said["refresh_token"])}
            return {"grant_type": "refresh_token", **known, **secret}
        claims = {
            "iss": said.get("client_id"), "sub": said.get("username"), "aud": base,
            "exp": int((clock.now() + timedelta(minutes=3)).timestamp()),
        }  # fmt: skip
        try:
            signed = jwt.encode(claims, str(said.get("private_key", "")), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise NotLetIn(_("This is not a private key in PEM.")) from error
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed}


class _Expired(SystemProblem):
    """The rest of a long answer is no longer kept over there."""


def _good(answer: httpx.Response, name: str) -> Any:
    found = understood(answer, name)
    if answer.status_code < 400:
        return found
    first = found[0] if isinstance(found, list) and found else {}
    code, words = str(first.get("errorCode", "")), str(first.get("message", found))[:500]
    if code == "REQUEST_LIMIT_EXCEEDED":
        raise SlowDown(_("Salesforce says: no more requests for today."), seconds=1800)
    if code in ("INVALID_QUERY_LOCATOR", "QUERY_TIMEOUT"):
        raise _Expired(words)
    if answer.status_code in (401, 403):
        raise NotLetIn(_("Salesforce does not allow it: %(words)s") % {"words": words})
    raise Unreachable(words)


def _outcome(write: Write, said: Mapping[str, Any]) -> Written:
    if said.get("success"):
        return Written(write.key, id=str(said.get("id") or write.id))
    errors = said.get("errors") or [{}]
    return Written(write.key, problem=str(errors[0].get("message") or errors[0].get("statusCode") or said)[:500])


def _is_plain(value: Any) -> bool:
    return value is not None and not isinstance(value, dict | list)


def _soql(moment: str) -> str:
    parsed = parse_datetime(moment)
    return (parsed or datetime(1970, 1, 1, tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _earlier(moment: str) -> str:
    parsed = parse_datetime(moment)
    return (parsed - _LAG).astimezone(UTC).isoformat() if parsed else moment

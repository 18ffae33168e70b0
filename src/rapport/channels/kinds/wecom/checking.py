"""Trying a customer service account step by step, as the settings page shows it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.kinds.wecom.api import api_of
from rapport.channels.kinds.wecom.sending import MEANINGS
from rapport.channels.tencent import Refusal
from rapport.channels.types import Check
from rapport.kit.http import HttpProblem


def check(settings: Mapping[str, Any]) -> Iterator[Check]:
    step = _("Ask WeCom for an access token")
    if not settings.get("corp_id") or not settings.get("secret"):
        yield Check(step, False, _("Enter the Corp ID and the Secret from work.weixin.qq.com."))
        return
    try:
        told = api_of(settings).post("/cgi-bin/kf/account/list", {"offset": 0, "limit": 100})
    except Refusal as refusal:
        yield Check(step, False, MEANINGS.explained(refusal, "").reason)
        return
    except HttpProblem as error:
        yield Check(step, False, str(error))
        return
    yield Check(step, True)
    yield from _check_account(settings, told.get("account_list") or [])


def _check_account(settings: Mapping[str, Any], accounts: list[Mapping[str, Any]]) -> Iterator[Check]:
    step = _("Find the customer service account")
    mine = next((each for each in accounts if each.get("open_kfid") == settings.get("open_kfid")), None)
    if mine is None:
        known = ", ".join(f"{each.get('name')}: {each.get('open_kfid')}" for each in accounts)
        said = _("Copy the ID of one of these: %(accounts)s") % {"accounts": known}
        yield Check(step, False, said if known else _("There is none. Make one at work.weixin.qq.com first."))
        return
    yield Check(_("The account is %(name)s") % {"name": mine.get("name", "")}, True)
    is_managed = mine.get("manage_privilege") is not False
    remedy = _("Let the API manage this account: at WeCom, WeChat Customer Service, API, accounts that may be managed.")
    yield Check(_("Be allowed to answer for it"), is_managed, "" if is_managed else remedy)

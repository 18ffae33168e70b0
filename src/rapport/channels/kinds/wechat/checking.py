"""Trying an Official Account step by step, as the settings page shows it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.kinds.wechat.api import api_of
from rapport.channels.kinds.wechat.sending import MEANINGS
from rapport.channels.tencent import Refusal
from rapport.channels.types import Check
from rapport.kit.http import HttpProblem

_SENDING = "/cgi-bin/message/custom/send"


def check(settings: Mapping[str, Any]) -> Iterator[Check]:
    step = _("Ask WeChat for an access token")
    if not settings.get("app_id") or not settings.get("app_secret"):
        yield Check(step, False, _("Enter the AppID and the AppSecret from mp.weixin.qq.com."))
        return
    try:
        api = api_of(settings)
        api.get("/cgi-bin/get_api_domain_ip")
        yield Check(step, True)
        step = _("Be allowed to answer people")
        limit = api.post("/cgi-bin/openapi/quota/get", {"cgi_path": _SENDING}).get("quota", {}).get("daily_limit", 0)
        remedy = _("WeChat allows this account no customer service messages. Have it verified at mp.weixin.qq.com.")
        yield Check(step, bool(limit), "" if limit else remedy)
    except Refusal as refusal:
        yield Check(step, False, _remedy(refusal))
    except HttpProblem as error:
        yield Check(step, False, str(error))
    else:
        url = str(settings.get("push_url") or "")
        step = _("Have an address that WeChat can reach")
        remedy = _("WeChat pushes to the public internet, and this installation is %(url)s. Set RAPPORT_BASE_URL.")
        if url:
            is_public = url.startswith("https://") or ("127.0.0.1" not in url and "localhost" not in url)
            yield Check(step, is_public, "" if is_public else remedy % {"url": url})


def _remedy(refusal: Refusal) -> str:
    if refusal.code == 76022:
        return _("WeChat allows this account no customer service messages. Have it verified at mp.weixin.qq.com.")
    return MEANINGS.explained(refusal, "").reason

"""Trying an Official Account of LINE's step by step, and registering our address there."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.kinds.line.api import Refusal, call
from rapport.channels.kinds.line.sending import explained
from rapport.channels.types import Check
from rapport.kit.http import HttpProblem


def check(settings: Mapping[str, Any]) -> Iterator[Check]:
    """Each step as it is done; it ends with the first that does not work."""
    step = _("Ask LINE whose account it is")
    if not settings.get("channel_token"):
        yield Check(step, False, _("Enter the channel access token from developers.line.biz."))
        return
    try:
        bot = call(settings, "GET", "/v2/bot/info")
        yield Check(_("The account is %(name)s") % {"name": bot.get("displayName", "")}, True)
        step = _("Let LINE push messages here")
        yield from _check_webhook(settings, step)
        step = _("Have messages left this month")
        yield from _check_quota(settings, step)
    except Refusal as refusal:
        yield Check(step, False, explained(refusal, "").reason)
    except HttpProblem as error:
        yield Check(step, False, str(error))


def _check_webhook(settings: Mapping[str, Any], step: str) -> Iterator[Check]:
    url = str(settings.get("push_url") or "")
    if not url:
        yield Check(_("Save this and test again: the test tells LINE where to push"), True)
        return
    if not url.startswith("https://"):
        remedy = _("LINE pushes only to https://, and this installation is %(url)s. Set RAPPORT_BASE_URL.")
        yield Check(step, False, remedy % {"url": url})
        return
    if not ensure(settings, url):
        yield Check(step, False, _("Switch on “Use webhook” at developers.line.biz, Messaging API."))
        return
    tried = call(settings, "POST", "/v2/bot/channel/webhook/test", {"endpoint": url}, seconds=30)
    remedy = _("LINE cannot reach %(url)s: %(said)s")
    said = f"{tried.get('reason', '')} {tried.get('detail', '')}".strip()
    yield Check(step, bool(tried.get("success")), "" if tried.get("success") else remedy % {"url": url, "said": said})


def ensure(settings: Mapping[str, Any], url: str) -> bool:
    """Let LINE push to this address; answers whether pushing is switched on. Raises Refusal and HttpProblem."""
    try:
        told = call(settings, "GET", "/v2/bot/channel/webhook/endpoint")
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        told = {}
    if told.get("endpoint") != url:
        call(settings, "PUT", "/v2/bot/channel/webhook/endpoint", {"endpoint": url})
        told = call(settings, "GET", "/v2/bot/channel/webhook/endpoint")
    return bool(told.get("active"))


def _check_quota(settings: Mapping[str, Any], step: str) -> Iterator[Check]:
    quota = call(settings, "GET", "/v2/bot/message/quota")
    if quota.get("type") != "limited":
        yield Check(step, True)
        return
    used = int(call(settings, "GET", "/v2/bot/message/quota/consumption").get("totalUsage") or 0)
    left = int(quota.get("value") or 0) - used
    remedy = _("All %(count)d are used. Change the plan at manager.line.biz, or wait for the next month.")
    named = _("%(count)d messages are left this month") % {"count": max(left, 0)}
    yield Check(named if left > 0 else step, left > 0, "" if left > 0 else remedy % {"count": quota.get("value") or 0})

"""Where Telegram pushes to: registered by us, looked after by us. https://core.telegram.org/bots/api#setwebhook"""

import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import NotAllowed
from rapport.channels.kinds.telegram.api import UPDATES, Refusal, bot_of, call
from rapport.channels.types import Check
from rapport.kit import clock
from rapport.kit.http import HttpProblem

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the name of a header
# An error of Telegram's that is older says nothing of now.
_RECENT = 1800


def verify(headers: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, str]:
    """The secret that we gave Telegram comes back with every push. Raises NotAllowed."""
    expected = str(settings.get("secret") or "")
    if not expected:
        raise NotAllowed("This bot takes no pushes: it has no secret for them.")
    if not hmac.compare_digest(expected.encode(), headers.get(SECRET, "").encode()):
        raise NotAllowed("The secret is missing or wrong.")
    return {"provider": "Telegram", "bot": bot_of(settings)}


def ensure(settings: Mapping[str, Any], url: str) -> str:
    """Let Telegram push to this address; answers what keeps it from that, if anything. Raises Refusal, HttpProblem."""
    info = call(settings, "getWebhookInfo")
    if info.get("url") != url or set(info.get("allowed_updates") or ()) != set(UPDATES):
        register(settings, url)
        return ""
    age = clock.now().timestamp() - int(info.get("last_error_date") or 0)
    if info.get("pending_update_count") and age < _RECENT:
        if "401" in str(info.get("last_error_message")):
            # The secret was changed here, or is not ours: it is told anew.
            register(settings, url)
            return ""
        return _("Telegram cannot reach %(url)s: %(said)s") % {"url": url, "said": info.get("last_error_message", "")}
    return ""


def register(settings: Mapping[str, Any], url: str) -> None:
    """Raises Refusal, HttpProblem."""
    call(settings, "setWebhook", url=url, secret_token=settings.get("secret"), allowed_updates=UPDATES)


def check(settings: Mapping[str, Any]) -> Iterator[Check]:
    """Each step as it is done; it ends with the first that does not work."""
    step = _("Ask Telegram who the bot is")
    if not settings.get("token"):
        yield Check(step, False, _("Enter the token that @BotFather gave you."))
        return
    try:
        bot = call(settings, "getMe")
        yield Check(_("The bot is @%(name)s") % {"name": bot.get("username", "")}, True)
        step = _("Let Telegram push messages here")
        yield from _check_way(settings, step)
    except Refusal as refusal:
        yield Check(step, False, explained(refusal))
    except HttpProblem as error:
        yield Check(step, False, str(error))


def _check_way(settings: Mapping[str, Any], step: str) -> Iterator[Check]:
    if settings.get("way") == "poll":
        info = call(settings, "getWebhookInfo")
        said = _("Messages are fetched; %(count)d wait now") % {"count": int(info.get("pending_update_count") or 0)}
        yield Check(said, True)
        return
    url = str(settings.get("push_url") or "")
    if not url:
        yield Check(_("Telegram is told where to push as soon as this is saved"), True)
        return
    if not url.startswith("https://"):
        remedy = _(
            "Telegram pushes only to https://, and this installation is %(url)s. Set RAPPORT_BASE_URL to its public "
            "address, or choose to fetch messages."
        )
        yield Check(step, False, remedy % {"url": url})
        return
    register(settings, url)
    problem = ensure(settings, url)
    yield Check(step, not problem, problem)


def explained(refusal: Refusal) -> str:
    if refusal.code in (401, 404):
        return _("Telegram does not know this token. Copy it anew from @BotFather.")
    if refusal.code == 409:
        return _("Another program fetches the messages of this bot. Stop it, or make a bot of its own for Rapport.")
    if "webhook" in refusal.said.lower():
        return _("Telegram does not take this address: %(said)s") % {"said": refusal.said}
    return refusal.said

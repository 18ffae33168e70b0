"""Whether a machine wrote a mail: out of office, acknowledgement, mailing list, newsletter, receipt."""

import re

from django.utils.translation import gettext as _

from rapport.channels.kinds.email.mime import Entity

_MARKERS = ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-mail-autoreply", "x-mdautoreply", "x-cron-env")
_PRECEDENCES = {"auto_reply", "auto-reply", "bulk", "junk", "list"}
_LISTS = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mailing-list")
# What programs of the big makers write before the subject they answer. A person's answer begins with "Re:" instead.
_SUBJECT = re.compile(
    r"(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autoreply|out of (?:the )?office|"
    r"自动回复|自動回覆|自动答复|automatische antwort|abwesenheitsnotiz|réponse automatique|respuesta automática|"
    r"risposta automatica|automatisch antwoord)\b",
    re.IGNORECASE,
)
_POST_ADDRESS = re.compile(r"mailto:([^\s<>?]+@[^\s<>?]+)", re.IGNORECASE)


def why_automatic(mail: Entity) -> str:
    """In one or two words for the record; empty when a person wrote it."""
    submitted = mail.header("auto-submitted").lower()
    if submitted and not submitted.startswith("no"):
        return _("auto-submitted")
    if any(name in mail.head for name in _MARKERS):
        return _("automatic reply")
    if _SUBJECT.match(mail.header("subject")):
        return _("automatic reply")
    if mail.content_type == "multipart/report":
        return _("report")
    if mail.head.get("return-path", "").strip() == "<>":
        return _("no sender to answer")
    return _("mailing list") if is_from_list(mail) else ""


def is_from_list(mail: Entity) -> bool:
    precedence = mail.header("precedence").lower()
    return precedence in _PRECEDENCES or any(name in mail.head for name in _LISTS)


def list_addresses(mail: Entity) -> tuple[str, ...]:
    """Addresses of the lists it came through: mail to our own group address is a person's all the same."""
    found = _POST_ADDRESS.findall(mail.header("list-post"))
    found += re.findall(r"list ([^\s;]+@[^\s;]+)", mail.header("mailing-list"))
    return tuple(address.lower() for address in found)

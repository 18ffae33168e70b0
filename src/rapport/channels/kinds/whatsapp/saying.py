"""What a message of WhatsApp says in plain words, whatever sort of message it is."""

import json
import mimetypes
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.graph import as_dict, dicts_in, words_in

FILES = ("image", "video", "audio", "document", "sticker")
# What Python's own table says differently from one machine to the next.
_ENDINGS = {"audio/ogg": ".ogg", "image/webp": ".webp", "audio/amr": ".amr", "audio/mp4": ".m4a", "image/jpeg": ".jpg"}


def joined(*paragraphs: str) -> str:
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def text_of(message: Mapping[str, Any]) -> str:
    """Its words; empty for a file without a caption."""
    kind = words_in(message.get("type"))
    told = message.get(kind)
    if kind in FILES:
        return words_in(as_dict(told).get("caption"))
    match kind:
        case "text":
            return words_in(as_dict(told).get("body"))
        case "button":
            return words_in(as_dict(told).get("text"))
        case "interactive":
            return _choice(as_dict(told))
        case "location":
            return _place(as_dict(told))
        case "contacts":
            return "\n\n".join(_contact(card) for card in dicts_in(told))
        case "order":
            return _order(as_dict(told))
    return _unknown(message)


def hints(message: Mapping[str, Any]) -> str:
    """How they came to write: the advertisement or the product that they answer."""
    referral = as_dict(message.get("referral"))
    product = words_in(as_dict(as_dict(message.get("context")).get("referred_product")).get("product_retailer_id"))
    lines = []
    if referral:
        said = " ".join(
            part for part in (words_in(referral.get("headline")), words_in(referral.get("source_url"))) if part
        )
        lines.append(_("[They came by an advertisement: %(name)s]") % {"name": said or words_in(referral.get("body"))})
    if product:
        lines.append(_("[They ask about the product %(name)s]") % {"name": product})
    return "\n".join(lines)


def file_name(kind: str, media: Mapping[str, Any]) -> str:
    if words_in(media.get("filename")):
        return words_in(media.get("filename"))
    content_type = words_in(media.get("mime_type")).partition(";")[0].strip().lower()
    ending = _ENDINGS.get(content_type) or mimetypes.guess_extension(content_type) or ""
    name = "voice-message" if media.get("voice") else kind
    return f"{name}{ending}"


def _choice(told: Mapping[str, Any]) -> str:
    for kind in ("button_reply", "list_reply"):
        chosen = as_dict(told.get(kind))
        if chosen:
            return ": ".join(filter(None, (words_in(chosen.get("title")), words_in(chosen.get("description")))))
    form = as_dict(told.get("nfm_reply"))
    try:
        answers = as_dict(json.loads(words_in(form.get("response_json")) or "{}"))
    except ValueError:
        answers = {}
    lines = [f"{name}: {words_in(value) or json.dumps(value, ensure_ascii=False)}" for name, value in answers.items()]
    shown = [line for line in lines if not line.startswith("flow_token:")]
    return "\n".join(shown) or words_in(form.get("body")) or words_in(told.get("type"))


def _place(told: Mapping[str, Any]) -> str:
    latitude, longitude = words_in(told.get("latitude")), words_in(told.get("longitude"))
    where = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
    named = (words_in(told.get(name)) for name in ("name", "address", "url"))
    return "\n".join([*filter(None, named), where])


def _contact(card: Mapping[str, Any]) -> str:
    organisation = as_dict(card.get("org"))
    numbers = (words_in(each.get("phone")) or words_in(each.get("wa_id")) for each in dicts_in(card.get("phones")))
    mails = (words_in(each.get("email")) for each in dicts_in(card.get("emails")))
    pages = (words_in(each.get("url")) for each in dicts_in(card.get("urls")))
    firm = ", ".join(filter(None, (words_in(organisation.get("title")), words_in(organisation.get("company")))))
    name = words_in(as_dict(card.get("name")).get("formatted_name")) or _("Somebody without a name")
    title = _("Contact: %(name)s") % {"name": name}
    return "\n".join(filter(None, (title, firm, *numbers, *mails, *pages)))


def _order(told: Mapping[str, Any]) -> str:
    lines = [
        _("%(quantity)s × %(product)s at %(price)s %(currency)s")
        % {
            "quantity": words_in(item.get("quantity")),
            "product": words_in(item.get("product_retailer_id")),
            "price": words_in(item.get("item_price")),
            "currency": words_in(item.get("currency")),
        }
        for item in dicts_in(told.get("product_items"))
    ]
    return joined(words_in(told.get("text")), "\n".join([_("Order:"), *lines]))


def _unknown(message: Mapping[str, Any]) -> str:
    kind = words_in(as_dict(message.get("unsupported")).get("type")) or words_in(message.get("type"))
    if kind in ("", "unsupported", "unknown"):
        return _("[They sent something that WhatsApp hands to no program. Ask them to send it another way.]")
    return _(
        "[They sent something of the sort “%(sort)s”, which cannot be shown. Ask them to send it another way.]"
    ) % {"sort": kind}

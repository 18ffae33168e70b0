"""What a message of Messenger or Instagram says in plain words, whatever it carries."""

import mimetypes
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from rapport.channels.graph import as_dict, dicts_in, words_in

# What is fetched. A story is not: Meta lets nobody keep the picture of one.
FILES = ("image", "video", "audio", "file", "sticker")
_EMOJIS = {"smile": "😆", "angry": "😠", "sad": "😢", "wow": "😮", "love": "❤️", "like": "👍", "dislike": "👎"}
_ENDINGS = {"image/jpeg": ".jpg", "audio/mp4": ".m4a", "audio/ogg": ".ogg", "image/webp": ".webp", "video/mp4": ".mp4"}


def joined(*paragraphs: str) -> str:
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def text_of(message: Mapping[str, Any]) -> str:
    words = words_in(message.get("text"))
    links = [_link(attachment) for attachment in dicts_in(message.get("attachments"))]
    # What is shared often stands in the words already.
    shown = dict.fromkeys(link for link in links if link and link not in words)
    if message.get("is_unsupported"):
        shown[_("[They sent something that Meta hands to no program. Ask them to send it another way.]")] = None
    return joined(words, "\n".join(shown))


def sorts_of(message: Mapping[str, Any]) -> str:
    """For what was sent without a word: image, video."""
    return ", ".join(words_in(attachment.get("type")) for attachment in dicts_in(message.get("attachments")))


def hints(message: Mapping[str, Any]) -> str:
    """How they came to write: the story that they answer, the advertisement or link that they followed."""
    lines = []
    story = as_dict(as_dict(message.get("reply_to")).get("story"))
    if story:
        lines.append(_("[In answer to your story %(url)s]") % {"url": words_in(story.get("url"))})
    if isinstance(message.get("referral"), dict):
        lines.append(f"[{referred(as_dict(message['referral']))}]")
    return "\n".join(lines)


def referred(referral: Mapping[str, Any]) -> str:
    advertisement = as_dict(referral.get("ads_context_data"))
    product = words_in(as_dict(referral.get("product")).get("id"))
    if advertisement or referral.get("ad_id"):
        name = words_in(advertisement.get("ad_title")) or words_in(referral.get("ad_id"))
        return _("They came by an advertisement: %(name)s") % {"name": name}
    if product:
        return _("They ask about the product %(name)s") % {"name": product}
    name = words_in(referral.get("ref")) or words_in(referral.get("source"))
    return _("They came by a link: %(name)s") % {"name": name}


def emoji_of(reaction: Mapping[str, Any]) -> str:
    named = words_in(reaction.get("reaction"))
    return words_in(reaction.get("emoji")) or _EMOJIS.get(named) or named


def file_name(sort: str, number: int, content_type: str, url: str) -> str:
    """As the address has it where that is a name for people, as it is for documents."""
    named = unquote(PurePosixPath(urlsplit(url).path).name)
    if sort == "file" and "." in named:
        return named
    ending = _ENDINGS.get(content_type) or mimetypes.guess_extension(content_type) or ""
    return f"{sort}-{number}{ending}" if number > 1 else f"{sort}{ending}"


def _link(attachment: Mapping[str, Any]) -> str:
    sort, payload = words_in(attachment.get("type")), as_dict(attachment.get("payload"))
    title = words_in(attachment.get("title")) or words_in(payload.get("title"))
    url = words_in(payload.get("url")) or words_in(attachment.get("url"))
    match sort:
        case "location":
            where = as_dict(payload.get("coordinates"))
            latitude, longitude = words_in(where.get("lat")), words_in(where.get("long"))
            place = f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"
            return "\n".join(filter(None, (title, place)))
        case "story_mention":
            return _("[They mentioned you in their story %(url)s]") % {"url": url}
        case _ if sort in FILES:
            return "" if url else _("[They sent a sticker.]") if payload.get("sticker_id") else ""
    elements = [words_in(each.get("title")) for each in dicts_in(payload.get("elements"))]
    return "\n".join(filter(None, (title, *elements, url))) or f"[{sort}]"

"""Files of messages: fetched before anything is written, within limits, each once."""

import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.conversations.types import IncomingFile
from rapport.exchange.moving_in.errors import CannotRead, NotAllowed, NotThere
from rapport.exchange.moving_in.seam import Source
from rapport.exchange.moving_in.types import Attached
from rapport.kit import http

LARGEST = 25 * 1024 * 1024


@dataclass
class Fetched:
    """Files by where they were; of those that did not come, why."""

    here: dict[str, IncomingFile] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def fetch(source: Source, wanted: Iterable[Attached], into: Fetched) -> None:
    """Outside any transaction: a file may take a minute. Raises MustWait; what came so far is stored already."""
    for each in wanted:
        if each.url in into.here or each.url in into.missing:
            continue
        if each.size > LARGEST:
            into.missing[each.url] = _too_large(each)
            continue
        try:
            data = source.download(each, largest=LARGEST)
        except http.TooLarge:
            into.missing[each.url] = _too_large(each)
        except (NotAllowed, NotThere, CannotRead) as error:
            told = {"name": each.name, "reason": error}
            into.missing[each.url] = _("The file “%(name)s” did not come. %(reason)s") % told
        else:
            stored = files.keep(data)
            into.here[each.url] = IncomingFile(
                stored.pk, each.name or "file", _type_of(each), len(data),
                stored.sha256, each.content_id,
            )  # fmt: skip


def _type_of(each: Attached) -> str:
    """As the source says; where it says but "some picture", as the name does."""
    said = "" if each.content_type.endswith("/*") else each.content_type
    return said or mimetypes.guess_type(each.name)[0] or "application/octet-stream"


def _too_large(each: Attached) -> str:
    told = {"name": each.name, "most": LARGEST // 1024 // 1024}
    return _("The file “%(name)s” is larger than %(most)d MB and was left there.") % told

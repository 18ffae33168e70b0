"""Articles, which no room here shows yet: kept as files beside the database, so that nothing is lost.

data/imports/zendesk-acme.zendesk.com/articles/360001234-how-to-return-a-lamp.html
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from rapport.exchange.moving_in.types import Article, Kind
from rapport.exchange.moving_in.writing.ledger import Ledger, known_things
from rapport.kit.text import storable

_KIND = Kind.ARTICLES


def folder(account: str) -> Path:
    """Where those of a desk lie."""
    return Path(settings.DATA) / "imports" / re.sub(r"[^a-z0-9.-]+", "-", account.lower()) / "articles"


def write(articles: Sequence[Article], ledger: Ledger) -> None:
    """In the caller's transaction; a file written again says the same, so a chunk may be repeated."""
    things = known_things(ledger.account, _KIND, [each.key for each in articles])
    place = folder(ledger.account)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    for each in articles:
        name = _name(each)
        (place / f"{name}.html").write_text(storable(each.html), encoding="utf-8")
        told = {
            "key": each.key, "title": each.title, "folder": each.folder, "language": each.language,
            "address": each.address, "version": each.version,
        }  # fmt: skip
        (place / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        thing = things.get(each.key)
        ledger.count(_KIND, "changed" if thing else "new")
        ledger.note(_KIND, each.key, 0, version=each.version, is_new=thing.is_new if thing else True)


def remove(account: str, key: str) -> None:
    """Take one away again."""
    for path in folder(account).glob(f"{_safe(key)}-*"):
        path.unlink(missing_ok=True)


def _name(each: Article) -> str:
    title = re.sub(r"[^\w]+", "-", each.title.lower()).strip("-")[:60]
    return f"{_safe(each.key)}-{title or 'article'}"


def _safe(key: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", key)[:60]

"""The script that a site includes: our own files one after the other, in one function, and the style sheet in it."""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# In this order: each may use what those before it define.
PARTS = ("core.js", "talking.js", "drawing.js", "log.js", "writing.js", "panel.js", "visiting.js", "opening.js")
_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)
_INDENT = re.compile(r"^[ ]+", re.MULTILINE)


@dataclass(frozen=True)
class Script:
    plain: bytes
    packed: bytes
    etag: str


@cache
def script() -> Script:
    """Made once a process. Comment lines and indentation are left out; nothing else is changed."""
    folder = files("rapport.channels.visitors") / "widget"
    css = _INDENT.sub("", (folder / "widget.css").read_text("utf-8")).replace("\n", "")
    body = "\n".join((folder / name).read_text("utf-8") for name in PARTS)
    body = _INDENT.sub("", _COMMENT.sub("", body))
    guarded = f"try{{const CSS={json.dumps(css)};\n{body}}}catch(error){{console.debug('Rapport:',error)}}"
    plain = f'(()=>{{"use strict";{guarded}}})();\n'.encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:20]}"')

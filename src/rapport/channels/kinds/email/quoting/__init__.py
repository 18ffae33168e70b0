"""Tells what a writer wrote this time from quoted mails and the signature below it. When in doubt nothing is cut."""

from rapport.channels.kinds.email.quoting.html import QUOTED, folded, quoted_in, without
from rapport.channels.kinds.email.quoting.text import visible_text

__all__ = ["QUOTED", "folded", "quoted_in", "visible_text", "without"]

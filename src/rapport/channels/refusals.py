"""What a refusal means: in plain words, and whether any later mail to that address would fare better.

Codes are those of RFC 3463 and the registry that goes on with it; many servers give none, or the wrong one.
"""

import re
from enum import Enum

from django.utils.translation import gettext as _


class Trouble(Enum):
    NO_MAILBOX = "no mailbox"
    NO_DOMAIN = "no domain"
    DISABLED = "disabled"
    FULL = "full"
    TOO_LARGE = "too large"
    NOT_BELIEVED = "not believed"
    UNWANTED = "unwanted"
    UNREACHABLE = "unreachable"
    LOOP = "loop"
    REFUSED = "refused"


# The first that fits. Words count before codes: many a server says 5.0.0, 5.1.1 or 5.7.1 to everything.
_SIGNS = tuple(
    (trouble, re.compile(statuses) if statuses else None, re.compile(words, re.IGNORECASE) if words else None)
    for trouble, statuses, words in (
        (
            Trouble.NOT_BELIEVED,
            r".\.7\.(?:2[0-9]|5|7|8|9|509|515)$",
            r"\bdmarc\b|\bspf\b.{0,40}(?:fail|pass|record|not)|\bdkim\b.{0,40}(?:fail|pass|invalid)|unauthenticated",
        ),
        (
            Trouble.FULL,
            r".\.2\.2$",
            r"mailbox (?:is )?full|over ?quota|quota (?:has been )?exceeded|insufficient (?:disk|storage)|"
            r"inbox is full|out of storage|邮箱空间不足|邮箱已满|容量已满",
        ),
        (
            Trouble.TOO_LARGE,
            r".\.(?:3\.4|2\.3)$",
            r"(?:message|mail|size).{0,30}(?:too (?:large|big)|exceeds)|exceeds.{0,20}size",
        ),
        (
            Trouble.UNWANTED,
            "",
            r"\bspam\b|blacklist|blocklist|block ?list|spamhaus|barracuda|poor reputation|unsolicited|"
            r"policy (?:reasons?|violation)|content (?:rejected|filter)|垃圾邮件|拒收",
        ),
        (
            Trouble.NO_DOMAIN,
            r".\.(?:1\.2|1\.10|4\.4|4\.310)$",
            r"domain.{0,30}(?:not found|does ?n.t exist|couldn.t be found)|host (?:or domain name )?not found|nxdomain|"
            r"name service error|no mx\b|nullmx|null mx|unrouteable|域名不存在|no such domain",
        ),
        (
            Trouble.DISABLED,
            r".\.(?:2\.1|1\.13)$",
            r"(?:mailbox|account|user|address).{0,40}(?:disabled|inactive|suspended|deactivated|no longer)|"
            r"账号已停用|帐号被禁用",
        ),
        (
            Trouble.NO_MAILBOX,
            r".\.(?:1\.[0136]|1\.33|5\.1\.35)$",
            r"(?:user|recipient|mailbox|address|account)(?: \S+)?(?: is)? ?"
            r"(?:unknown|not found|invalid|unavailable|rejected)|"
            r"(?:unknown|no such|invalid|bad destination) (?:user|recipient|mailbox|address|person|account)|"
            r"does(?: not|n.t) exist|wasn.t found|no mailbox here|not a (?:known|valid) (?:user|mailbox)|"
            r"not our customer|不存在|无此用户|找不到收件人",
        ),
        (Trouble.LOOP, r".\.4\.(?:6|14)$", r"(?:routing|mail) loop|too many hops|hop count"),
        (
            Trouble.UNREACHABLE,
            r".\.4\.|4\.[0-9]+\.|5\.4\.",
            r"timed? ?out|connection refused|could not connect|no route|unreachable|expired|for \d+ days",
        ),
        (Trouble.UNWANTED, r".\.7\.", ""),
    )
)
_FOR_GOOD = frozenset((Trouble.NO_MAILBOX, Trouble.NO_DOMAIN, Trouble.DISABLED))


def trouble_of(status: str, said: str) -> Trouble:
    for trouble, _statuses, words in _SIGNS:
        if words and words.search(said):
            return trouble
    for trouble, statuses, _words in _SIGNS:
        if statuses and status and statuses.match(status):
            return trouble
    return Trouble.REFUSED


def is_for_good(status: str, said: str) -> bool:
    """Whether later mail to this address will not arrive either."""
    return not status.startswith("4") and trouble_of(status, said) in _FOR_GOOD


def is_about_address(status: str, said: str) -> bool:
    """Whether it says anything of the address at all, rather than of what was written and by whom."""
    return trouble_of(status, said) not in (Trouble.TOO_LARGE, Trouble.NOT_BELIEVED, Trouble.UNWANTED, Trouble.LOOP)


def in_plain_words(address: str, status: str, said: str) -> str:
    """One or two sentences for an agent."""
    match trouble_of(status, said):
        case Trouble.NO_MAILBOX:
            return _("There is no such mailbox. Check the spelling.")
        case Trouble.NO_DOMAIN:
            domain = address.rpartition("@")[2] or address
            return _("There is no mail server for %(domain)s. Check the spelling.") % {"domain": domain}
        case Trouble.DISABLED:
            return _("This mailbox was closed.")
        case Trouble.FULL:
            return _("Their mailbox is full. Try again in a few days, or by another way.")
        case Trouble.TOO_LARGE:
            return _("It is too large for their server. Send a link in place of the files.")
        case Trouble.NOT_BELIEVED:
            return _("Their server does not believe that it comes from us. An administrator checks SPF and DKIM.")
        case Trouble.UNWANTED:
            return _("Their server took it for unwanted mail.")
        case Trouble.UNREACHABLE:
            return _("Their server could not be reached for a long time.")
        case Trouble.LOOP:
            return _("Their server sends mail round in circles. They have to mend it.")
    return _("Their server refused it.")

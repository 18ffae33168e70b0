"""What a mail address lets one guess about its servers, without asking the network."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

# Domain: IMAP host, SMTP host. All of them IMAP over TLS on 993; SMTP over TLS on 465 unless named below.
_SERVERS = {
    "gmail.com": ("imap.gmail.com", "smtp.gmail.com"),
    "googlemail.com": ("imap.gmail.com", "smtp.gmail.com"),
    "outlook.com": ("outlook.office365.com", "smtp-mail.outlook.com"),
    "hotmail.com": ("outlook.office365.com", "smtp-mail.outlook.com"),
    "live.com": ("outlook.office365.com", "smtp-mail.outlook.com"),
    "msn.com": ("outlook.office365.com", "smtp-mail.outlook.com"),
    "qq.com": ("imap.qq.com", "smtp.qq.com"),
    "foxmail.com": ("imap.qq.com", "smtp.qq.com"),
    "163.com": ("imap.163.com", "smtp.163.com"),
    "126.com": ("imap.126.com", "smtp.126.com"),
    "yeah.net": ("imap.yeah.net", "smtp.yeah.net"),
    "sina.com": ("imap.sina.com", "smtp.sina.com"),
    "aliyun.com": ("imap.aliyun.com", "smtp.aliyun.com"),
    "fastmail.com": ("imap.fastmail.com", "smtp.fastmail.com"),
    "icloud.com": ("imap.mail.me.com", "smtp.mail.me.com"),
    "me.com": ("imap.mail.me.com", "smtp.mail.me.com"),
    "zoho.com": ("imap.zoho.com", "smtp.zoho.com"),
    "gmx.com": ("imap.gmx.com", "mail.gmx.com"),
    "gmx.de": ("imap.gmx.net", "mail.gmx.net"),
    "gmx.net": ("imap.gmx.net", "mail.gmx.net"),
    "web.de": ("imap.web.de", "smtp.web.de"),
    "t-online.de": ("secureimap.t-online.de", "securesmtp.t-online.de"),
    "yahoo.com": ("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
    "aol.com": ("imap.aol.com", "smtp.aol.com"),
    "yandex.com": ("imap.yandex.com", "smtp.yandex.com"),
    "yandex.ru": ("imap.yandex.ru", "smtp.yandex.ru"),
    "mail.ru": ("imap.mail.ru", "smtp.mail.ru"),
    "orange.fr": ("imap.orange.fr", "smtp.orange.fr"),
    "free.fr": ("imap.free.fr", "smtp.free.fr"),
    "naver.com": ("imap.naver.com", "smtp.naver.com"),
}
_BY_SIGN_IN_ONLY = {"outlook.office365.com"}
_STARTTLS = {"smtp-mail.outlook.com", "smtp.mail.me.com", "mail.gmx.net", "mail.gmx.com", "smtp.web.de"}


def suggest(address: str) -> Mapping[str, Any]:
    """Values for the form. An unknown domain gets the usual names, which the connection test confirms or not."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not (local and at and "." in domain.strip(".")):
        return {}
    imap, smtp = _SERVERS.get(domain, (f"imap.{domain}", f"smtp.{domain}"))
    is_starttls = smtp in _STARTTLS
    return {
        "imap_host": imap,
        "imap_port": 993,
        "imap_security": "tls",
        "imap_user": address.strip(),
        "smtp_host": smtp,
        "smtp_port": 587 if is_starttls else 465,
        "smtp_security": "starttls" if is_starttls else "tls",
        "smtp_user": address.strip(),
        **({"sign_in": "microsoft"} if imap in _BY_SIGN_IN_ONLY else {}),
        "hint": _hint(domain),
    }


def _hint(domain: str) -> str:
    if domain in ("gmail.com", "googlemail.com"):
        return _("Gmail needs an app password, and IMAP switched on in its settings.")
    if domain in ("outlook.com", "hotmail.com", "live.com", "msn.com"):
        return _("Outlook takes no passwords from programs: choose “With Microsoft 365”.")
    if domain in ("qq.com", "foxmail.com", "163.com", "126.com", "yeah.net"):
        return _("This provider wants an authorisation code in place of the password.")
    if domain in ("icloud.com", "me.com", "yahoo.com", "fastmail.com", "zoho.com", "aol.com"):
        return _("This provider needs an app password.")
    return "" if domain in _SERVERS else _("These are the usual names. Your provider may use others.")

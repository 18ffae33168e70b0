"""The words by which people say that they want no more text messages, or want them again.

After "Twilio support for opt-out keywords (SMS STOP filtering)" (support page, November 2026): these are what Twilio
itself listens to, whatever the rest of the message; where Advanced Opt-Out is on it says so in `OptOutType`.
"""

STOP, START = "STOP", "START"
_STOPS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_STARTS = frozenset({"START", "UNSTOP"})
# Of the same effect at Twilio, and the answer to many another question: it stays a message.
_YES = "YES"


def meaning_of(text: str, said_by_twilio: str = "") -> str:
    """STOP, START or nothing of the kind."""
    word = text.strip().upper()
    if said_by_twilio:
        return said_by_twilio.upper() if said_by_twilio.upper() in (STOP, START) else ""
    if word in _STOPS:
        return STOP
    return START if word in _STARTS or word == _YES else ""


def is_nothing_else(text: str) -> bool:
    """Whether the message says no more than that, so that nobody has to answer it."""
    return text.strip().upper() in _STOPS | _STARTS

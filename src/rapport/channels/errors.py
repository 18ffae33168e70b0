"""What can go wrong on a channel, and whose turn it is.

ChannelError
├── CannotRead       the delivery is not what its kind understands: it is quarantined, an administrator looks
├── CannotConnect    a mailbox or server cannot be reached or does not let us in: an administrator looks
├── CannotDeliver    the provider did not take the message: retried unless permanent, then an agent decides
├── CannotWrite      the reply does not fit its channel: the agent changes it
├── CannotBlock      it is no address, or too many would be blocked: whoever asked names somebody else
├── TooLate          what should be taken back has left, or may have
└── NotAllowed       the request was not signed by the provider: refused, nothing is stored
"""

from collections.abc import Sequence

from rapport.channels.types import Undelivered


class ChannelError(Exception):
    pass


class CannotRead(ChannelError):
    pass


class CannotConnect(ChannelError):
    """`at_once` is for what waiting does not mend, such as a wrong password."""

    def __init__(self, reason: str, *, at_once: bool = False) -> None:
        super().__init__(reason)
        self.at_once = at_once


class CannotDeliver(ChannelError):
    """`in_doubt` when the connection broke so late that the provider may have taken the message all the same.

    `too_many` when the provider wants the whole channel to slow down; `undelivered` names whom it refused.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        in_doubt: bool = False,
        too_many: bool = False,
        undelivered: Sequence[Undelivered] = (),
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.in_doubt = in_doubt
        self.too_many = too_many
        self.undelivered = tuple(undelivered)

    def for_good(self, reason: str) -> "CannotDeliver":
        """The same refusal in other words, and nobody tries again by themselves."""
        return CannotDeliver(reason, permanent=True, in_doubt=self.in_doubt, undelivered=self.undelivered)


class CannotWrite(ChannelError):
    pass


class CannotBlock(ChannelError):
    pass


class TooLate(ChannelError):
    pass


class NotAllowed(ChannelError):
    pass

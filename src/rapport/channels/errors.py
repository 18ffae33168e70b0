"""What can go wrong on a channel, and whose turn it is.

ChannelError
├── CannotRead       the delivery is not what its kind understands: it is quarantined, an administrator looks
├── CannotDeliver    the provider did not take the message: retried unless permanent, then an agent decides
└── NotAllowed       the request was not signed by the provider: refused, nothing is stored
"""


class ChannelError(Exception):
    pass


class CannotRead(ChannelError):
    pass


class CannotDeliver(ChannelError):
    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class NotAllowed(ChannelError):
    pass

"""What this room does by the clock."""

from rapport.exchange.moving_in.running import wake_moves

__all__ = ["wake_moves"]

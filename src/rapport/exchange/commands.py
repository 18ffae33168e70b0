"""This room's commands."""

from rapport.exchange.moving_in.commands import move_in

__all__ = ["move_in"]

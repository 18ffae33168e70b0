"""What comes from other systems and goes to them."""

from rapport.exchange.moving_in.models import MovedThing, MoveIn, MoveProblem

__all__ = ["MoveIn", "MoveProblem", "MovedThing"]

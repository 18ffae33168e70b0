"""What this room does by the clock, each part its own; importing them here lets every worker know of them."""

from rapport.exchange.exporting import jobs as exporting_jobs
from rapport.exchange.importing import jobs as importing_jobs
from rapport.exchange.moving_in.running import wake_moves
from rapport.exchange.syncing import jobs as syncing_jobs

__all__ = ["exporting_jobs", "importing_jobs", "syncing_jobs", "wake_moves"]

"""Every part of the room has its own jobs; importing them here lets every worker know of them."""

from rapport.exchange.exporting import jobs as exporting_jobs
from rapport.exchange.syncing import jobs as syncing_jobs

__all__ = ["exporting_jobs", "syncing_jobs"]

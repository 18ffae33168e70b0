"""Bringing a data directory up to this version: tables, and static files under their final names."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from rapport import __version__
from rapport.site.database import verify
from rapport.site.probes import unapplied_migrations

_MIGRATING = 7_205_001


def prepare_database() -> list[str]:
    """Create or upgrade the tables; returns the migrations that were applied. Raises UnsafeDatabase."""
    verify()
    with _alone():
        missing = unapplied_migrations()
        if missing:
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        if settings.CACHES["default"].get("LOCATION") not in connection.introspection.table_names():
            call_command("createcachetable", verbosity=0)
    return missing


def prepare_static_files() -> bool:
    """Collect static files when they changed since the last time; whether they had."""
    if settings.DEBUG:
        return False
    root = Path(settings.STATIC_ROOT)
    stamp, now = root / ".collected", _fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return False
    root.mkdir(parents=True, exist_ok=True)
    # Never cleared: a page that was open during an upgrade still asks for the old names.
    call_command("collectstatic", verbosity=0, interactive=False, skip_checks=True)
    stamp.write_text(now)
    return True


def _fingerprint() -> str:
    """Of every static source of every app, by size and time; 10 ms, where collecting takes seconds."""
    digest = hashlib.sha256(__version__.encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        roots = [Path(app.path) / "static"]
        if app.name == "rapport.design":
            # Finders that make files out of code live here.
            roots.append(Path(app.path))
        for root in roots:
            for path in sorted(_files(root)):
                facts = path.stat()
                digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in {"__pycache__", "tests"}]
        yield from (Path(folder) / name for name in names if not name.endswith(".pyc"))


@contextmanager
def _alone() -> Iterator[None]:
    """Only one process upgrades; the others wait and then find nothing to do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])
        return
    with (Path(settings.DATA) / ".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

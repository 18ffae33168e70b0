import errno
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.db import connection

from rapport.backbone import files
from rapport.backbone.models import StoredFile
from rapport.backbone.tests.undone import Undone, and_then_fail


@pytest.fixture
def folder(settings, tmp_path):
    settings.FILES_URL = f"file://{tmp_path / 'kept'}"
    return tmp_path / "kept"


@pytest.mark.django_db
def test_what_is_kept_is_read_back(folder):
    stored = files.keep(b"a lamp")
    assert files.read(stored) == b"a lamp"
    assert stored.size == 6
    with files.open(stored) as file:
        assert file.read(2) == b"a "


@pytest.mark.django_db
def test_the_same_bytes_are_kept_once(folder):
    assert files.keep(b"twice") == files.keep(io.BytesIO(b"twice"))
    assert StoredFile.objects.count() == 1
    assert len(everything_in(folder)) == 1


@pytest.mark.django_db
def test_an_empty_file_is_a_file(folder):
    assert files.read(files.keep(b"")) == b""


@pytest.mark.django_db
def test_a_large_file_is_streamed(folder):
    block = os.urandom(1024 * 1024)

    class Long(io.RawIOBase):
        left = 20

        def readable(self):
            return True

        def read(self, size=-1):
            assert 0 < size <= 1024 * 1024
            if self.left == 0:
                return b""
            self.left -= 1
            return block[:size]

    stored = files.keep(Long())
    assert stored.size == 20 * len(block[: 256 * 1024])


@pytest.mark.django_db
def test_only_the_owner_can_read_what_is_kept(folder):
    stored = files.keep(b"private")
    assert (folder / stored.path).stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_the_bytes_stay_when_the_transaction_that_named_them_is_rolled_back(folder):
    with pytest.raises(Undone):
        and_then_fail(lambda: files.keep(b"orphan"))
    assert not StoredFile.objects.exists()
    again = files.keep(b"orphan")
    assert files.read(again) == b"orphan"


@pytest.mark.django_db
def test_a_file_that_vanished_is_missed_in_plain_words_and_kept_again(folder):
    stored = files.keep(b"gone")
    (folder / stored.path).unlink()
    with pytest.raises(files.Missing, match="backup"):
        files.read(stored)
    assert files.keep(b"gone") == stored
    assert files.read(stored) == b"gone"


@pytest.mark.django_db
def test_a_file_cut_short_by_a_crash_is_written_again(folder):
    stored = files.keep(b"whole")
    (folder / stored.path).write_bytes(b"who")
    files.keep(b"whole")
    assert files.read(stored) == b"whole"


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_the_same_bytes_agree(folder):
    together = threading.Barrier(4)
    kept = []

    def write():
        try:
            together.wait()
            kept.append(files.keep(b"same" * 100_000).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 4
    assert len(set(kept)) == 1
    assert len(everything_in(folder)) == 1


def test_the_bytes_and_their_directory_are_on_the_disk_before_anyone_is_told(tmp_path, monkeypatch):
    """Power cuts cannot be tried here; the order of the calls to the system can."""
    calls = []
    sync, move = os.fsync, os.replace

    def watched_sync(descriptor):
        calls.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink()))
        sync(descriptor)

    def watched_move(source, target):
        calls.append(("move", Path(target)))
        move(source, target)

    monkeypatch.setattr(os, "fsync", watched_sync)
    monkeypatch.setattr(os, "replace", watched_move)
    root = tmp_path / "new"
    files.DurableFiles(location=str(root)).save("ab/cd/abcd", ContentFile(b"x"))
    assert [kind for kind, _ in calls[:2]] == ["sync", "move"]
    assert calls[0][1].name.startswith(".new-")
    # The new file is a line in ab/cd, that one in ab, and so on up to the first directory that was there before.
    assert {path for kind, path in calls[2:] if kind == "sync"} == {root / "ab/cd", root / "ab", root, tmp_path}


FULL = """
import resource, django
django.setup()
from rapport.backbone import files
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
storage = files.DurableFiles(location={folder!r})
from django.core.files.base import ContentFile
try:
    storage.save("aa/bb/aabb", ContentFile(b"x" * 500_000))
except OSError as error:
    print(error.errno)
"""


def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    """A limit on file size breaks a write in the middle, as a full disk does."""
    code = FULL.format(folder=str(tmp_path / "kept"))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert int(ended.stdout) == errno.EFBIG
    assert everything_in(tmp_path / "kept") == []


@pytest.mark.django_db
def test_a_full_disk_is_said_in_plain_words(folder):
    class FullDisk(io.BytesIO):
        def read(self, size=-1):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(files.NoSpace, match="Free some space"):
        files.keep(FullDisk())
    assert not StoredFile.objects.exists()


def test_s3_without_its_package_says_what_to_install(settings):
    settings.FILES_URL = "s3://bucket/prefix"
    with pytest.raises(ImproperlyConfigured, match=r"rapport\[s3\]"):
        files.storage()


def test_an_unknown_kind_of_address_is_refused(settings):
    settings.FILES_URL = "ftp://files.example"
    with pytest.raises(ImproperlyConfigured, match=r"file:// or s3://"):
        files.storage()


def everything_in(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]

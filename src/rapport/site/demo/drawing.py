"""The files that mails bring: small real pictures, papers and logs, drawn here."""

import struct
import zlib
from random import Random

import numpy as np

from rapport.site.demo.grammar import number as filled
from rapport.site.demo.scene import Book

_TYPES = {"png": "image/png", "pdf": "application/pdf", "txt": "text/plain"}
# So many different ones of each name; bytes that are the same are kept once.
VARIANTS = 6


def content_type(name: str) -> str:
    return _TYPES[name.rpartition(".")[2]]


def draw(name: str, variant: int, papers: Book) -> bytes:
    """The bytes of a file of this name; the same name and variant give the same bytes."""
    dice = Random(f"{name} {variant}")  # noqa: S311  # a story, no secret
    kind = name.rpartition(".")[2]
    if kind == "pdf":
        return _pdf(_paper(name, dice, papers))
    if kind == "txt":
        return (
            _log(dice, papers["log"]).encode()
            if "log" in name
            else b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
        )
    return _png(_PHOTOS[papers["photo"]](dice) if name.startswith("photo") else _sheet(dice))


def _lamp(dice: Random) -> np.ndarray:
    """A lamp that glows in a dim room."""
    height, width = 240, 320
    rows, columns = np.mgrid[0:height, 0:width]
    wall = np.array([dice.randint(40, 90), dice.randint(45, 85), dice.randint(60, 110)])
    at = (dice.randint(60, 110), dice.randint(110, 210))
    distance = np.hypot(rows - at[0], columns - at[1])
    glow = np.exp(-distance / dice.randint(45, 80))[..., None] * np.array([255, 215, 150])
    picture = wall * (0.55 + 0.45 * rows[..., None] / height) + glow
    picture[at[0] : 210, at[1] - 2 : at[1] + 3] = (35, 32, 30)
    picture[205:216, at[1] - 34 : at[1] + 35] = (35, 32, 30)
    picture[distance < 22] = (255, 244, 214)
    if dice.random() < 0.6:  # the crack, scratch or stain the mail is about
        crack = np.abs((columns - at[1]) - (rows - 207) * dice.choice((-2, 2))) < 2
        picture[crack & (rows > 180) & (rows < 215)] = (225, 60, 50)
    pixels: np.ndarray = np.clip(picture, 0, 255).astype(np.uint8)
    return pixels


def _box(dice: Random) -> np.ndarray:
    """Something in its carton on a table, seen by daylight."""
    height, width = 240, 320
    rows, columns = np.mgrid[0:height, 0:width]
    picture = np.full((height, width, 3), (206, 210, 214), dtype=float) * (1.05 - 0.25 * rows[..., None] / height)
    left, wide, high = dice.randint(60, 100), dice.randint(120, 160), dice.randint(90, 120)
    top = 206 - high
    picture[180:] = (150, 132, 112)
    picture[204:210, left + 6 : left + wide + 8] = (112, 97, 82)
    carton = np.array([dice.randint(165, 195), dice.randint(125, 150), dice.randint(85, 105)])
    picture[top : top + high, left : left + wide] = carton
    picture[top : top + high, left + wide // 2 - 9 : left + wide // 2 + 9] = carton * 1.18
    picture[top + high - 40 : top + high - 14, left + 12 : left + 58] = 246
    if dice.random() < 0.6:  # the dent or tear the mail is about
        tear = np.abs((columns - left - wide + 30) - (rows - top) * dice.choice((-1, 1))) < 4
        picture[tear & (rows > top) & (rows < top + 46) & (columns > left) & (columns < left + wide)] = (70, 52, 40)
    pixels: np.ndarray = np.clip(picture, 0, 255).astype(np.uint8)
    return pixels


_PHOTOS = {"lamp": _lamp, "box": _box}


def _sheet(dice: Random) -> np.ndarray:
    """A light page with bars of text, and a row of lines as labels have them."""
    height, width = 240, 320
    picture = np.full((height, width, 3), 250, dtype=np.uint8)
    picture[:34] = dice.choice(((36, 87, 199), (32, 130, 90), (60, 60, 66)))
    for row in range(54, 160, 18):
        picture[row : row + 7, 20 : dice.randint(120, 300)] = (188, 190, 196)
    column = 20
    while column < 290:
        stripe = dice.choice((1, 2, 3, 4))
        picture[176:220, column : column + stripe] = (20, 20, 22)
        column += stripe + dice.choice((2, 3, 4))
    return picture


def _png(picture: np.ndarray) -> bytes:
    height, width, _ = picture.shape
    rows = np.insert(picture.reshape(height, width * 3), 0, 0, axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _paper(name: str, dice: Random, papers: Book) -> list[str]:
    number = filled(papers["number"], dice)
    title = papers["titles"].get(name, papers["titles"]["other"])
    count, price = dice.choice(papers["counts"]), dice.choice(papers["prices"])
    return [
        f"{title} {number}",
        papers["maker"],
        papers["line"].format(count=count, price=price),
        papers["total"].format(total=count * price),
        "Thank you.",
    ]


def _pdf(lines: list[str]) -> bytes:
    """One page of plain text, as small as a PDF can be."""
    text = b"".join(f"({line}) Tj 0 -24 Td ".encode("latin-1") for line in lines)
    stream = b"BT /F1 16 Tf 60 760 Td " + text + b"ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(body))
    )


def _log(dice: Random, told: Book) -> str:
    lines = []
    for minute in range(0, 50, 2):
        what = dice.choice(told["lines"])
        lines.append(f"03:{minute:02d}:{dice.randint(10, 59)} {told['device']} {dice.choice(told['who'])} {what}")
    return "\n".join(lines) + "\n"

"""Files that Outlook packed into winmail.dat arrive as what they are."""

import base64
import struct

import pytest

from rapport.channels.kinds.email.reading import read

TITLE, DATA, RENDERING, BODY = 0x00018010, 0x0006800F, 0x00069002, 0x0002800C


def packed(*objects: tuple[int, int, bytes]) -> bytes:
    """A TNEF stream: (level, attribute, data) each, as MS-OXTNEF lays them out."""
    stream = struct.pack("<IH", 0x223E9F78, 1)
    for level, attribute, data in objects:
        stream += struct.pack("<BII", level, attribute, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    return stream


def file(name: bytes, body: bytes) -> list[tuple[int, int, bytes]]:
    return [(2, RENDERING, bytes(14)), (2, TITLE, name + b"\0"), (2, DATA, body)]


def letter(winmail: bytes, text: str = "See attached.") -> bytes:
    return (
        b"From: Kim <kim@studio.example>\nSubject: Plans\nContent-Type: multipart/mixed; boundary=zz\n\n--zz\n"
        b"Content-Type: text/plain\n\n" + text.encode() + b"\n--zz\n"
        b'Content-Type: application/ms-tnef; name="winmail.dat"\nContent-Transfer-Encoding: base64\n\n'
        + base64.encodebytes(winmail)
        + b"--zz--\n"
    )


def test_kims_files_come_out_of_winmail_dat():
    winmail = packed(*file(b"plan.pdf", b"%PDF-1.7 plan"), *file("台灯.png".encode("gbk"), b"\x89PNG lamp"))
    [mail] = read(letter(winmail))
    assert [(part.name, part.content_type, part.body) for part in mail.parts] == [
        ("plan.pdf", "application/pdf", b"%PDF-1.7 plan"),
        ("台灯.png", "image/png", b"\x89PNG lamp"),
    ]
    assert mail.text == "See attached."


def test_the_letter_inside_is_read_when_the_mail_says_nothing():
    [mail] = read(letter(packed((1, BODY, b"Here is the plan.\0"), *file(b"plan.pdf", b"%PDF")), text=""))
    assert mail.text == "Here is the plan."


def test_a_file_name_inside_leads_nowhere():
    [mail] = read(letter(packed(*file(b"..\\..\\evil.exe", b"MZ"))))
    assert [part.name for part in mail.parts] == ["evil.exe"]


@pytest.mark.parametrize("end", [7, 20, 45])
def test_a_broken_one_stays_a_file(end):
    winmail = packed(*file(b"plan.pdf", b"%PDF-1.7 plan"))[:end]
    [mail] = read(letter(winmail))
    assert [(part.name, part.body) for part in mail.parts] == [("winmail.dat", winmail)]

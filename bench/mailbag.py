"""Believable mails, each different, some with an attachment, some in Chinese."""

import random
from email.message import EmailMessage

SUBJECTS = (
    "Lamp {n} flickers when dimmed",
    "Invoice {n} shows the wrong VAT number",
    "Order {n} has not arrived",
    "Can I change the delivery address of {n}?",
    "台灯 {n} 无法连接网络",
    "订单 {n} 的发票开错了",
    "Hub {n} drops off Wi-Fi",
)
SENTENCES = (
    "I restarted it twice and it still does the same.",
    "Could you tell me when the replacement will be sent?",
    "The box arrived open and one of the lamps is missing.",
    "It worked until the update last Thursday.",
    "我已经重启了两次，问题依旧存在。",
    "请问什么时候可以发货？",
    "Our accountant needs the corrected document by Friday.",
    "Thank you for your quick answer last time.",
    "The app says the firmware is up to date.",
)


def mails(count: int, seed: int = 7) -> list[bytes]:
    """`count` new mails from `count / 4` people; every tenth carries a 20 kB attachment."""
    dice = random.Random(seed)
    return [_mail(number, dice, count) for number in range(count)]


def _mail(number: int, dice: random.Random, count: int) -> bytes:
    person = dice.randrange(max(1, count // 4))
    mail = EmailMessage()
    mail["From"] = f"Person {person} <person{person}@customers.example>"
    mail["To"] = "support@lampwright.example"
    mail["Subject"] = dice.choice(SUBJECTS).format(n=dice.randrange(10_000, 99_999))
    mail["Message-ID"] = f"<{number}.{dice.getrandbits(64):x}@customers.example>"
    mail["Date"] = "Thu, 19 Nov 2026 14:22:00 +0000"
    text = "\n\n".join(" ".join(dice.choices(SENTENCES, k=4)) for _ in range(3))
    mail.set_content(text)
    if number % 2:
        mail.add_alternative("".join(f"<p>{line}</p>" for line in text.split("\n\n")), subtype="html")
    if number % 10 == 9:
        mail.add_attachment(dice.randbytes(20_000), maintype="application", subtype="pdf", filename="photo.pdf")
    return mail.as_bytes()

"""Visitors of a site: what an idle one holds, and how long an answer takes to reach its page among thousands."""

import asyncio
import json
import multiprocessing
import os
import resource
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.measuring import Figure, percentile
from bench.serving import Server, crew, running, set_up

A_SECOND, SECONDS = 100, 10
WRITERS, WRITTEN = 20, 3


@dataclass
class Listening:
    """What the pages heard: milliseconds from being sent to the page."""

    # When each message was there, by its name.
    arrived: dict[str, float] = field(default_factory=dict)
    open: int = 0

    def delays(self, handed: dict[str, float]) -> list[float]:
        return [(at - handed[name]) * 1000 for name, at in self.arrived.items()]


def measure(data: Path, *, visitors: int = 5_000) -> list[Figure]:
    set_up(data)
    _allow_many_files(visitors)
    crew()
    tokens, talks = _prepare(visitors)
    with running(data) as server:
        web = server.pid
        before = _held(web)
        delays, held, written = asyncio.run(_live(server, web, tokens, talks))
    count = A_SECOND * SECONDS
    assert len(delays) == count, f"{len(delays)} of {count} arrived"
    return [
        Figure(f"Memory of an idle visitor, {visitors:,} connected", (held - before) / visitors, "kB", goal=60),
        Figure(
            f"Answers to {visitors:,} visitors, {A_SECOND} a second, handed over to on the page, p95",
            percentile(delays, 0.95), "ms", goal=250,
        ),
        Figure(
            f"A visitor's message, {WRITERS} writing at once, sent to stored and read, p95",
            percentile(written, 0.95), "ms",
        ),
    ]  # fmt: skip


async def _live(
    server: Server, web: int, tokens: list[str], talks: list[tuple[int, int, str]]
) -> tuple[list[float], int, list[float]]:
    heard = Listening()
    pages = [asyncio.create_task(_page(server, token, heard)) for token in tokens]
    deadline = time.monotonic() + 180
    while heard.open < len(tokens):
        if time.monotonic() > deadline:
            raise SystemExit(f"only {heard.open} of {len(tokens)} visitors were let in")
        await asyncio.sleep(0.1)
    # Idle for a while, past the moment where who is here is written down again.
    await asyncio.sleep(40)
    held = _held(web)
    # By a process of its own, as the worker sends them.
    processes = multiprocessing.get_context("fork")
    told = Path(os.environ["RAPPORT_DATA"]) / "handed.json"
    poster = processes.Process(target=_answer, args=(talks, told))
    poster.start()
    await asyncio.to_thread(poster.join)
    handed = json.loads(told.read_text())
    await asyncio.sleep(3)
    for page in pages:
        page.cancel()
    written = await asyncio.gather(*(_writer(server, tokens[number], number) for number in range(WRITERS)))
    return heard.delays(handed), held, [each for found in written for each in found]


async def _page(server: Server, token: str, heard: Listening) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=4096)
    request = f"GET /chat/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
    writer.write(request.encode())
    status = await reader.readline()
    if b"200" not in status:
        raise SystemExit(f"/chat/stream answered {status!r}")
    heard.open += 1
    try:
        while line := await reader.readline():
            if line.startswith(b"data:") and b'"chat:' in line:
                heard.arrived[json.loads(line[5:])["id"]] = time.time()
    finally:
        writer.close()


async def _writer(server: Server, token: str, number: int) -> list[float]:
    """One page that writes message after message, over one connection."""
    from rapport.channels.models import Channel
    from rapport.channels.visitors import tokens as visitors

    claims = visitors.read(token)
    key = await asyncio.to_thread(lambda: Channel.objects.get(kind="chat").key)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    taken = []
    for place in range(WRITTEN):
        said = {
            "type": "message",
            "id": f"{number}-{place}",
            "visitor": claims.handle,
            "exchange": "w",
            "text": "Hello",
        }
        body = json.dumps(said).encode()
        head = (
            f"POST /chat/{key}/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        start = time.perf_counter()
        # A page that is told to come again does so, and its visitor waits all the while.
        while b"200" not in await _asked(reader, writer, head.encode() + body):
            await asyncio.sleep(1)
        taken.append((time.perf_counter() - start) * 1000)
    writer.close()
    return taken


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    status = await reader.readline()
    if status.split()[1] not in (b"200", b"503"):
        raise SystemExit(f"a message was answered {status!r}")
    length = 0
    while (line := await reader.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    await reader.readexactly(length)
    return status


def _answer(talks: list[tuple[int, int, str]], told: Path) -> None:
    """Put messages on the visitors' streams, so many a second, as `Chat.send` does for an agent's answer."""
    from django.db import connection

    from rapport.channels.visitors import posting

    # Not the one that was open when this process began.
    connection.close()
    handed = {}
    begun = time.monotonic()
    for number, (_pk, _conversation, name) in enumerate(talks):
        wait = begun + number / A_SECOND - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        handed[name] = time.time()
        posting.post(name)
    told.write_text(json.dumps(handed))


def _prepare(visitors: int) -> tuple[list[str], list[tuple[int, int, str]]]:
    """A chat with so many visitors, of whom some have a conversation with an answer waiting to be sent."""
    from rapport.channels.guests import Visitor
    from rapport.channels.models import Channel, Exchange
    from rapport.channels.visitors import tokens
    from rapport.conversations.models import Conversation, Inbox, Message
    from rapport.customers.models import Customer

    inbox = Inbox.objects.get_or_create(name="Support")[0]
    channel = Channel.objects.create(kind="chat", inbox=inbox, name="Chat", settings={"identity_secret": "x" * 64})
    rows = Visitor.objects.bulk_create([Visitor(channel=channel) for _ in range(visitors)], batch_size=500)
    issued = [tokens.issue(tokens.Claims(channel.key, row.pk, row.handle)) for row in rows]
    count = min(A_SECOND * SECONDS, visitors)
    customers = Customer.objects.bulk_create([Customer(name="Kim") for _ in range(count)], batch_size=500)
    talks = Conversation.objects.bulk_create(
        [
            Conversation(number=number + 1, customer=customer, inbox=inbox, channel="chat")
            for number, customer in enumerate(customers)
        ],
        batch_size=500,
    )
    Exchange.objects.bulk_create(
        [
            Exchange(channel=channel, key=f"{row.handle}/e", conversation=talk, address=row.handle)
            for row, talk in zip(rows, talks, strict=False)
        ],
        batch_size=500,
    )
    messages = Message.objects.bulk_create(
        [
            Message(
                conversation=talks[number % count],
                direction="out",
                author_kind="agent",
                text="Yes, the 3 m cable fits every Arc.",
                external_id=f"chat:{secrets.token_hex(16)}",
            )
            for number in range(A_SECOND * SECONDS)
        ],
        batch_size=500,
    )
    return issued, [(each.pk, each.conversation_id, each.external_id) for each in messages]


def _held(pid: int) -> int:
    """Kilobytes that the web process holds, without the worker beside it."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def _allow_many_files(visitors: int) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, visitors * 2 + 1000), hard))

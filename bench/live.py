"""How long news takes to reach 500 open streams."""

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.measuring import Figure, percentile
from bench.serving import Server, crew, running, set_up, sign_in

EVENTS = 60


def measure(data: Path, *, streams: int = 500) -> list[Figure]:
    set_up(data)
    cookie = sign_in(crew()[0])
    with running(data) as server:
        delays = asyncio.run(_listen(server, cookie, streams))
    assert len(delays) == streams * EVENTS, f"{len(delays)} of {streams * EVENTS} arrived"
    return [Figure(f"News to {streams} open streams, commit to browser, p95", percentile(delays, 0.95), "ms", goal=250)]


async def _listen(server: Server, cookie: str, streams: int) -> list[float]:
    delays: list[float] = []
    ready = asyncio.Semaphore(0)
    listeners = [asyncio.create_task(_stream(server, cookie, delays, ready)) for _ in range(streams)]
    for _ in range(streams):
        await asyncio.wait_for(ready.acquire(), 60)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(_speak)
    await asyncio.wait(listeners, timeout=30)
    for listener in listeners:
        listener.cancel()
    return delays


async def _stream(server: Server, cookie: str, delays: list[float], ready: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
    status = await reader.readline()
    if b"200" not in status:
        raise SystemExit(f"/live answered {status!r}")
    ready.release()
    heard = 0
    while heard < EVENTS:
        line = await reader.readline()
        if not line:
            return
        if line.startswith(b"data:") and b"spoken" in line:
            spoken = json.loads(line[5:])["spoken"]
            delays.append((time.time() - spoken) * 1000)
            heard += 1
    writer.close()


def _speak() -> None:
    from rapport.backbone.models import Event

    for _ in range(EVENTS):
        Event.objects.create(name="Measured", payload={"spoken": time.time()}, at=datetime.now(UTC))
        time.sleep(0.05)

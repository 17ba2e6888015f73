"""A viewer on a very slow line: it joins a session, and from then on reads 1 kB a second."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.measure import Target
from benchmarks.visitor import WrongAnswer, socket_path
from benchmarks.websocket import TEXT, frame, handshake

RATE = 1000  # bytes a second
SIP = 100  # bytes that are read at once
BUFFER = 4096  # bytes that its kernel keeps, so that the server notices how slow it is


@asynccontextmanager
async def reading_slowly(target: Target, app: str, token: str) -> AsyncIterator[None]:
    """Have such a viewer meanwhile.

    Raises:
        WrongAnswer: it was refused, or is told nothing.
    """
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        line.setblocking(False)
        await _join(line, target, app, token)
        sipping = asyncio.create_task(_sip(line))
        yield
        sipping.cancel()
        if sipping.done() and not sipping.cancelled():
            raise WrongAnswer(f"the slow viewer's line ended: {sipping.exception()}")


async def _join(line: socket.socket, target: Target, app: str, token: str) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_connect(line, (target.host, target.port))
    await loop.sock_sendall(line, handshake(target.host, target.port, socket_path(app), token))
    answer = await loop.sock_recv(line, BUFFER)
    if b" 101 " not in answer.partition(b"\r\n")[0]:
        raise WrongAnswer(f"the slow viewer was refused: {answer[:100]!r}")
    request = (b'{"msgid":"1","msgtype":"PULL-DOC-REQ"}', b"{}", b"{}")
    await loop.sock_sendall(line, b"".join(frame(TEXT, fragment) for fragment in request))


async def _sip(line: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(SIP / RATE)
        if not await loop.sock_recv(line, SIP):
            raise WrongAnswer("the server closed it")

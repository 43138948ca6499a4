"""A bad link between phones and the server: it cuts some requests on their way and some answers on theirs, at any byte."""

import asyncio
import random
import re
from contextlib import suppress
from typing import Self

CHUNK = 2**14
# Into an answer of ours, headers and all; beyond, the phone has it whole.
ANSWER_CUT_WITHIN = 400


class CuttingProxy:
    """Listens on `port` of this machine and carries one request a connection to `server_port`.

    Of the connections, the share `lost_requests` break before the server has the whole request, and of the rest the share
    `lost_answers` after it has it, with a part of the answer at most. Which ones follows from the seed and the order.
    """

    def __init__(self, server_port: int, *, lost_requests: float, lost_answers: float, seed: int = 1) -> None:
        self._server_port = server_port
        self._lost_requests = lost_requests
        self._lost_answers = lost_answers
        self._random = random.Random(seed)
        self.port = 0
        self.carried = 0
        self.requests_cut = 0
        self.answers_cut = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _carry(self, phone: asyncio.StreamReader, to_phone: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await phone.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            body_bytes = int(length[1]) if length else 0
            server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
            try:
                await self._carry_one(phone, to_phone, server, to_server, head, body_bytes)
            finally:
                to_server.transport.abort()
        to_phone.transport.abort()

    async def _carry_one(
        self,
        phone: asyncio.StreamReader,
        to_phone: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
        head: bytes,
        body_bytes: int,
    ) -> None:
        self.carried += 1
        whole = len(head) + body_bytes
        if self._random.random() < self._lost_requests:
            self.requests_cut += 1
            request = head + await phone.readexactly(body_bytes)
            to_server.write(request[: self._random.randrange(whole)])
            await to_server.drain()
            return
        cuts_answer = self._random.random() < self._lost_answers
        left = self._random.randrange(ANSWER_CUT_WITHIN) if cuts_answer else None
        self.answers_cut += cuts_answer
        to_server.write(head + await phone.readexactly(body_bytes))
        await to_server.drain()
        while data := await server.read(CHUNK):
            to_phone.write(data if left is None else data[:left])
            await to_phone.drain()
            if left is not None and len(data) >= left:
                return
        to_phone.write_eof()
        await to_phone.drain()

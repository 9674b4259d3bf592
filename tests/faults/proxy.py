"""A link to the server that breaks at the commit: before it arrives, or when only its answer is missing."""

import socket
import threading
from contextlib import suppress
from typing import Self

COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"


class Proxy:
    """Forwards to a server on this machine: `with Proxy(port) as proxy:`, then connect to proxy.port at `host`."""

    def __init__(self, target: int, host: str = "127.0.0.1"):
        self._target, self._ended = target, False
        self._listener = socket.create_server((host, 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut: str = ""  # "before" or "after": what happens to the next commit
        self.cuts = 0
        self.refusing = self.refuse_after_cut = False  # nobody gets through
        self.dark = False  # some connections end without a word
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(1 if self.dark else 10)

    def _start(self, call: object, *args: object) -> None:
        thread = threading.Thread(target=call, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refusing:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            self._start(self._forward, client, server)
            self._start(self._answer, server, client)

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        while data := _received(client):
            if self.cut and COMMIT in data:
                self._break(client, server, data)
                return
            if not _sent(server, data):
                break
        _close(client, server)

    def _break(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        self.cuts += 1
        self.refusing = self.refuse_after_cut
        where, self.cut = self.cut, ""
        client.shutdown(socket.SHUT_RDWR)  # no answer gets through any more
        if where == "after":
            server.sendall(data)  # the server carries it out; _answer reads its reply
        _close(client)
        server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        while data := _received(server):
            _sent(client, data)
        _close(client, server)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""


def _sent(target: socket.socket, data: bytes) -> bool:
    try:
        target.sendall(data)
    except OSError:
        return False
    return True


def _close(*both: socket.socket) -> None:
    for each in both:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()

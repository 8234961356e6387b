"""Faults for the browser tests: a TCP proxy that can cut live streams, and workers that stand still."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.system.deployment import Deployment

STREAM = b":watch"


class CuttingProxy:
    """Passes bytes on between browsers and a port of this machine; once cut, whatever carries a stream is closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cut = threading.Event()
        self._streams: list[socket.socket] = []
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> int:
        """Closes the streams under way, and those that are asked for from now on; how many were under way."""
        self._cut.set()
        for stream in self._streams:
            shut(stream)
        return len(self._streams)

    def close(self) -> None:
        for end in (self._server, *self._open):
            shut(end)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                self._open += [client, server]
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65_536):
                if STREAM in content.split(b"\r\n", 1)[0] and self._is_cut(source):
                    break
                target.sendall(content)
        for end in (source, target):
            shut(end)

    def _is_cut(self, source: socket.socket) -> bool:
        self._streams.append(source)
        return self._cut.is_set()


@contextmanager
def cutting_proxy(deployment: Deployment) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(int(deployment.ports["GATEWAY_PORT"]))
    try:
        yield proxy
    finally:
        proxy.close()


@contextmanager
def frozen_workers(deployment: Deployment) -> Iterator[None]:
    """calc_grpc answers, but nothing that it runs gets on."""
    leader = deployment.processes["calc_grpc"].pid
    others = [pid for pid in members(leader) if pid != leader]
    try:
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in others:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def members(group: int) -> list[int]:
    """Processes of a group."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                found.append(int(folder.name))
    return found


def shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()

"""HTTP/2 by hand, for what no well-behaved client sends."""

import socket
from contextlib import suppress

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
TIMEOUT_S = 60.0


def connect(port: int) -> socket.socket:
    """A connection to this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"", *, length: int | None = None) -> bytes:
    """One frame. length: what the head says instead of the truth."""
    said = len(payload) if length is None else length
    return said.to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def settings(*pairs: tuple[int, int]) -> bytes:
    """A SETTINGS frame."""
    return frame(SETTINGS, payload=b"".join(key.to_bytes(2, "big") + value.to_bytes(4, "big") for key, value in pairs))


def literal(name: str, value: str) -> bytes:
    """A header field for HPACK: literal, never indexed, no Huffman code; both shorter than 127 bytes."""
    return b"\x10" + bytes((len(name),)) + name.encode() + bytes((len(value),)) + value.encode()


def call_headers(path: str) -> bytes:
    """What a gRPC call begins with."""
    fields = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "x"}
    fields |= {"te": "trailers", "content-type": "application/grpc"}
    return b"".join(literal(name, value) for name, value in fields.items())


def send(connection: socket.socket, *pieces: bytes) -> None:
    """Send as much as the other side takes."""
    with suppress(OSError):
        for piece in pieces:
            connection.sendall(piece)


def read_to_end(connection: socket.socket) -> bytes:
    """What comes until the other side closes, or falls silent."""
    pieces = []
    with suppress(OSError):
        while piece := connection.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)

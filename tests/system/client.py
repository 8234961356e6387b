"""A small HTTP client for the system tests: JSON in, status and JSON out, one identity each."""

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Client:
    """Calls `base_url` with the headers of one identity."""

    base_url: str
    headers: dict[str, str]
    timeout_s: float = 120
    trust: ssl.SSLContext | None = None  # for https

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Accept": "application/json", **self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(f"{self.base_url}{path}", data=data, headers=sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s, context=self.trust) as response:
                return read_answer(response)
        except urllib.error.HTTPError as error:
            with error:
                return read_answer(error)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("PUT", path, body, **headers)


def read_answer(response: Any) -> Answer:
    raw = response.read()
    kind = response.headers.get("Content-Type", "")
    body = json.loads(raw) if raw and "json" in kind else raw.decode(errors="replace")
    return Answer(status=response.status, body=body, headers={k.lower(): v for k, v in response.headers.items()})


def sign_in(
    base_url: str, username: str, password: str | None = None, *, trust: ssl.SSLContext | None = None
) -> Client:
    """A client with the user's token."""
    answer = Client(base_url, {}, trust=trust).post(
        "/api/auth/token", {"username": username, "password": password or username}
    )
    assert answer.status == 200, answer
    return Client(base_url, {"Authorization": f"Token {answer.body['token']}"}, trust=trust)

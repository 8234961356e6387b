"""Runs an Insomnia collection (export v5, YAML) as the application does, request by request, in its order.

    python -m tests.system.insomnia_runner clients/insomnia/astrodist.yaml "Local, through the gateway" [name=value …]

It knows what our collection uses: environments, the tags `response` and `uuid`, bodies, cookies. What a request is
to answer stands in its after-response script; "Send it again until `PATH` is `VALUE`" in its description is obeyed.
"""

import base64
import http.client
import json
import re
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

EXPORT_TYPE = "collection.insomnia.rest/5.0"
TIMEOUT_S = 180
REPEAT_EVERY_S = 0.2
STREAM_BYTES_MAX = 1_000_000
VARIABLE = re.compile(r"{{\s*_\.(\w+)\s*}}")
TAG = re.compile(r"{%\s*(\w+)\s+(.*?)\s*%}")
ARGUMENT = re.compile(r"'((?:[^'\\]|\\.)*)'|(\d+)")
EXPECTED = re.compile(r"insomnia\.response\.code\)\.to\.eql\((\d{3})\)")
UNTIL = re.compile(r"until `(\$[^`]*)` is `([^`]*)`")
END_OF_INITIAL_SET = b"initial_set_complete"


class CollectionError(Exception):
    """The collection says something that cannot be carried out."""


@dataclass(frozen=True)
class Outcome:
    """What a request was answered."""

    name: str
    method: str
    url: str
    expected: int
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_as_expected(self) -> bool:
        return self.status == self.expected


@dataclass
class Runner:
    """One run: an environment, the answers so far, the cookies."""

    collection: Mapping[str, Any]
    variables: Mapping[str, Any]
    answers: dict[str, Outcome] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def run(self) -> Iterator[Outcome]:
        """Sends each request; the answers in the same order."""
        for request in requests_of(self.collection):
            yield self.send(request)

    def send(self, request: Mapping[str, Any]) -> Outcome:
        until = UNTIL.search(request["meta"]["description"])
        give_up_at = time.monotonic() + TIMEOUT_S
        outcome = self._send_once(request)
        while until and str(at_path(json.loads(outcome.body), until[1])) != until[2]:
            if time.monotonic() > give_up_at:
                raise CollectionError(f"{request['name']}: {until[1]} did not become {until[2]}")
            time.sleep(REPEAT_EVERY_S)
            outcome = self._send_once(request)
        return outcome

    def _send_once(self, request: Mapping[str, Any]) -> Outcome:
        url = self.rendered(request["url"])
        parameters = {item["name"]: self.rendered(item["value"]) for item in request.get("parameters", ())}
        if parameters:
            url += f"?{urlencode(parameters)}"
        headers = {item["name"]: self.rendered(item["value"]) for item in request["headers"]}
        keeps_cookies = request["settings"]["cookies"]["send"]
        if keeps_cookies and self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        content = self.rendered(request.get("body", {}).get("text", "")).encode()
        status, answered, body = exchange(request["method"], url, headers, content)
        if keeps_cookies:
            self._keep_cookies(answered)
        expected = int(only(EXPECTED, request["scripts"]["afterResponse"]))
        plain = {name.lower(): value for name, value in answered}
        outcome = Outcome(request["name"], request["method"], url, expected, status, plain, body)
        self.answers[request["meta"]["id"]] = outcome
        return outcome

    def rendered(self, text: str) -> str:
        """The text with its variables and tags replaced."""
        text = VARIABLE.sub(lambda found: self.rendered(str(self.variables[found[1]])), text)
        return TAG.sub(lambda found: self._tag(found[1], [a or b for a, b in ARGUMENT.findall(found[2])]), text)

    def _tag(self, name: str, arguments: list[str]) -> str:
        if name == "uuid":
            return str(uuid.uuid4())
        if name != "response":
            raise CollectionError(f"no such tag: {name}")
        kind, request_id, encoded = arguments[:3]
        if request_id not in self.answers:
            raise CollectionError(f"{request_id} is used before it was sent")
        where = decoded(encoded)
        answer = self.answers[request_id]
        if kind == "header":
            return answer.headers[where.lower()]
        value = at_path(json.loads(answer.body), where)
        return value if isinstance(value, str) else json.dumps(value)

    def _keep_cookies(self, headers: list[tuple[str, str]]) -> None:
        for name, value in headers:
            if name.lower() == "set-cookie":
                self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}


def load(path: Path) -> dict[str, Any]:
    """A collection; raises CollectionError for another kind of file."""
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    if document.get("type") != EXPORT_TYPE:
        raise CollectionError(f"{path} is no collection of {EXPORT_TYPE}")
    return document


def variables_of(document: Mapping[str, Any], environment: str) -> dict[str, Any]:
    """Those of the base environment with those of the one named over them."""
    environments = document["environments"]
    (chosen,) = [sub for sub in environments["subEnvironments"] if sub["name"] == environment]
    return {**environments["data"], **chosen["data"]}


def requests_of(node: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The requests in the order of the application: by sort key within each folder."""
    children = node.get("collection", node.get("children", ()))
    for child in sorted(children, key=lambda child: child["meta"]["sortKey"]):
        if "children" in child:
            yield from requests_of(child)
        else:
            yield child


def references_of(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The requests whose answers a request uses, and how the tag names what it takes of them."""
    for name, text in TAG.findall(json.dumps(request, ensure_ascii=False)):
        if name == "response":
            arguments = [a or b for a, b in ARGUMENT.findall(text)]
            yield arguments[1], decoded(arguments[2])


def exchange(
    method: str, url: str, headers: Mapping[str, str], content: bytes
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Sends a request. Of a stream that stays open, what comes until its initial set is complete."""
    parts = urlsplit(url)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_S)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=content or None, headers=dict(headers))
        response = connection.getresponse()
        is_stream = response.headers.get_content_type() == "text/event-stream"
        return response.status, response.getheaders(), read_stream(response) if is_stream else response.read()
    finally:
        connection.close()


def read_stream(response: http.client.HTTPResponse) -> bytes:
    received = b""
    while len(received) < STREAM_BYTES_MAX and END_OF_INITIAL_SET not in received:
        line = response.readline()
        if not line:
            break
        received += line
    return received


def at_path(value: Any, path: str) -> Any:
    """What a JSONPath of names and indices points to: `$.results[0].id`."""
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        value = value[name] if name else value[int(index)]
    return value


def decoded(argument: str) -> str:
    """An argument as Insomnia writes it, so that quotation marks survive: `b64::…::46b`."""
    found = re.fullmatch(r"b64::(.*)::46b", argument)
    return base64.b64decode(found[1]).decode() if found else argument


def only(pattern: re.Pattern[str], text: str) -> str:
    """The one group of the one place where the pattern matches."""
    (found,) = pattern.findall(text)
    return str(found)


def main(arguments: list[str]) -> int:
    document = load(Path(arguments[0]))
    given = dict(argument.split("=", 1) for argument in arguments[2:])
    failed = 0
    for outcome in Runner(document, {**variables_of(document, arguments[1]), **given}).run():
        failed += not outcome.is_as_expected
        mark = "ok  " if outcome.is_as_expected else "FAIL"
        sys.stdout.write(f"{mark} {outcome.status} {outcome.method:6} {outcome.name}  {outcome.url}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

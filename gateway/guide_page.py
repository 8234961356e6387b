"""/docs as HTML: one page, no scripts, nothing from other places. Whatever is not ours to word is escaped."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from html import escape

from gateway.config import Config
from gateway.contract import Rpc, Word
from gateway.guide_words import Words
from gateway.limits import Limits, setting_of

BEGIN = """\
ASTRODIST={address}
TOKEN=$(curl -s $ASTRODIST/api/auth/token -H 'Content-Type: application/json' \\
  -d '{{"username": "observer", "password": "observer"}}' | sed 's/.*: *"\\(.*\\)".*/\\1/')
curl -s $ASTRODIST/api/requests -H "Authorization: Token $TOKEN"
curl -sN $ASTRODIST/v1/calculations:watch -H "Authorization: Token $TOKEN\""""
SECTIONS = ("begin", "rest", "rpcs", "live", "clients", "reasons", "limits", "health")


def page(words: Words, *, rpcs: Sequence[Rpc], reasons: Sequence[Word], config: Config, files: Sequence[str]) -> str:
    """The whole page in one language. files: what is served under /docs/files, by path within the repository."""
    address = f"{'https' if config.tls_cert else 'http'}://127.0.0.1:{config.port}"
    clients = [path for path in files if path.startswith("clients/")]
    body = [
        _header(words),
        f"<main><p>{words.lead}</p>",
        _section("begin", words.begin, f"<p>{words.begin_text}</p><pre>{escape(BEGIN.format(address=address))}</pre>"),
        _section("rest", words.rest, f"<p>{words.rest_text}</p>" + _rest_links(words)),
        _section("rpcs", words.rpcs, f"<p>{words.rpcs_text}</p>" + "".join(_rpc(words, rpc) for rpc in rpcs)),
        _section("live", words.live, f"<p>{words.live_text}</p>"),
        _section("clients", words.clients, _clients(words, clients, [path for path in files if path not in clients])),
        _section("reasons", words.reasons, f"<p>{words.reasons_text}</p>" + _reasons(reasons)),
        _section("limits", words.limits, f"<p>{words.limits_text}</p>" + _limits(config)),
        _section("health", words.health, _health(words)),
        "</main>",
    ]
    head = (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8"><title>{words.title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        'content="light dark"><link rel="stylesheet" href="/docs/style.css"><link rel="icon" href="data:,"></head>'
    )
    return f"{head}<body>{''.join(body)}</body></html>"


def _header(words: Words) -> str:
    entries = "".join(f'<li><a href="#{name}">{_short(getattr(words, name))}</a></li>' for name in SECTIONS)
    other = words.other_language
    link = f'<a href="/docs?lang={other}" lang="{other}" hreflang="{other}">{words.other_name}</a>'
    return (
        f'<header><h1>{words.title}</h1><p><a href="/">AstroDist</a> · {link}</p></header><nav><ul>{entries}</ul></nav>'
    )


def _short(heading: str) -> str:
    return heading.partition(":")[0]


def _section(name: str, heading: str, content: str) -> str:
    return f'<section id="{name}"><h2>{heading}</h2>{content}</section>'


def _rest_links(words: Words) -> str:
    links = (("/api/docs", words.browser), ("/api/schema", words.schema))
    return _list(f'<a href="{address}">{text}</a> <code>{address}</code>' for address, text in links)


def _rpc(words: Words, rpc: Rpc) -> str:
    rules = "".join(f'<code class="rule">{escape(rule)}</code>' for rule in rpc.rules)
    notes = [words.kinds[rpc.kind]] if rpc.rules else [words.grpc_only]
    notes += [words.moderators] if rpc.moderators_only else []
    comment = f'<p lang="en">{_prose(rpc.comment)}</p>' if rpc.comment else ""
    return (
        f'<article id="{rpc.name}"><h3>{rpc.name}</h3>{rules}<span class="dim">{" · ".join(notes)}</span>'
        f"{comment}</article>"
    )


def _clients(words: Words, clients: Sequence[str], contracts: Sequence[str]) -> str:
    text = f"<p>{words.clients_text if clients else words.no_clients}</p>"
    return f"{text}{_files(clients)}<h3>{words.contracts}</h3>{_files(contracts)}"


def _files(paths: Iterable[str]) -> str:
    return _list(f'<a href="/docs/files/{escape(path)}">{escape(path)}</a>' for path in paths)


def _reasons(reasons: Sequence[Word]) -> str:
    rows = "".join(f'<dt id="{word.name}">{word.name}</dt><dd>{_prose(word.comment)}</dd>' for word in reasons)
    return f'<dl lang="en">{rows}</dl>'


def _limits(config: Config) -> str:
    rows = []
    for limit in fields(Limits):
        value, about = f"{getattr(config, limit.name):,}", limit.metadata
        text = f"{value} {about['meaning']} → {about['answer']}"
        rows.append(f"<dt>{setting_of(limit)}</dt><dd>{escape(text)}</dd>")
    return f'<dl lang="en">{"".join(rows)}</dl>'


def _health(words: Words) -> str:
    links = [f'<a href="/{name}">/{name}</a>: {getattr(words, name)}' for name in ("healthz", "readyz")]
    return _list([*links, f"<code>/metrics</code>: {words.metrics}"])


def _prose(comment: str) -> str:
    """A comment of the protos, its backquoted words as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(comment))


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"

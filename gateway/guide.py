"""/docs: the one page that leads to everything a program can use, and the files that it leads to."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from gateway.conditional import is_known
from gateway.config import REPOSITORY, Config
from gateway.contract import reasons, rpcs
from gateway.errors import NotFound
from gateway.guide_page import page
from gateway.guide_words import LANGUAGES

# Folder, and the endings of the files in it that are shown.
FOLDERS = {
    "clients": (".md", ".json", ".yaml", ".yml", ".py", ".toml"),
    "docs": (".md",),
    "protos/astrodist": (".proto",),
}
DOWNLOADS = (".json", ".yaml", ".yml")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    content: bytes
    media_type: str
    etag: str
    headers: dict[str, str]


class Guide:
    """Everything under /docs, made when the gateway starts."""

    def __init__(self, config: Config, repository: Path = REPOSITORY) -> None:
        files = _files_in(repository)
        known_rpcs, known_reasons = rpcs(), reasons()
        self._pages = {
            language: _answer(
                page(words, rpcs=known_rpcs, reasons=known_reasons, config=config, files=files).encode(),
                "text/html",
                {"Content-Language": language, "Vary": "Accept-Language", "Content-Security-Policy": POLICY},
            )
            for language, words in LANGUAGES.items()
        }
        self._files = {path: _file(repository / path) for path in files}
        self._style = _answer(Path(__file__).with_name("guide.css").read_bytes(), "text/css", {})

    async def page(self, request: Request) -> Response:
        """The page in the language of `?lang=`, or in the one that the browser prefers."""
        wanted = request.query_params.get("lang", "") or preferred(request.headers.get("accept-language", ""))
        return _send(request, self._pages.get(wanted, self._pages["en"]))

    async def style(self, request: Request) -> Response:
        """The page's style sheet."""
        return _send(request, self._style)

    async def file(self, request: Request) -> Response:
        """A file of the repository that the page links; raises NotFound for any other."""
        path = request.path_params["path"]
        if path not in self._files:
            raise NotFound(f"There is no file {path} here.")
        return _send(request, self._files[path])


def preferred(header: str) -> str:
    """The language of an Accept-Language header that the page has; English where it names none."""
    best, language = 0.0, "en"
    for part in header.lower().replace(" ", "").split(","):
        tag, _, text = part.partition(";q=")
        try:
            quality = float(text) if text else 1.0
        except ValueError:
            continue
        if (name := tag.partition("-")[0]) in LANGUAGES and quality > best:
            best, language = quality, name
    return language


def _files_in(repository: Path) -> list[str]:
    return sorted(
        path.relative_to(repository).as_posix()
        for folder, endings in FOLDERS.items()
        for path in (repository / folder).rglob("*")
        if path.suffix in endings and path.is_file() and not path.is_symlink() and "node_modules" not in path.parts
    )


def _file(path: Path) -> _Answer:
    """Text is shown as it is; what other programs read is saved."""
    is_download = path.suffix in DOWNLOADS
    media_type = mimetypes.guess_type(path.name)[0] if is_download else "text/plain"
    headers = {"Content-Security-Policy": POLICY}
    if is_download:
        headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return _answer(path.read_bytes(), media_type or "application/octet-stream", headers)


def _answer(content: bytes, media_type: str, headers: dict[str, str]) -> _Answer:
    tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    return _Answer(content=content, media_type=media_type, etag=tag, headers=headers)


def _send(request: Request, answer: _Answer) -> Response:
    headers = {**answer.headers, "ETag": answer.etag, "Cache-Control": "no-cache"}
    if is_known(request.headers, etag=answer.etag):
        return Response(status_code=304, headers=headers)
    media_type = answer.media_type
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return Response(answer.content, headers=headers, media_type=media_type)

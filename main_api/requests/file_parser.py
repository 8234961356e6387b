"""Takes a file as the body of a call, whatever its content type says, with a limit on its size."""

from typing import Any

from rest_framework.parsers import BaseParser

from main_api.errors import BodyTooLarge, MalformedBody

FILE_BYTES_MAX = 2 * 1024 * 1024  # that of rpc ParseAstrometry


class FileParser(BaseParser):
    """The bytes of the body as they are."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        if (media_type or "").lower().startswith("multipart/"):
            raise MalformedBody("Send the file itself as the body (curl: --data-binary @FILE), not a form around it.")
        content = stream.read(FILE_BYTES_MAX + 1)
        if len(content) > FILE_BYTES_MAX:
            raise BodyTooLarge(f"The file is larger than {FILE_BYTES_MAX} bytes; import it in parts.")
        return content

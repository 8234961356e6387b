"""How many streams are open, of everybody and of each user, so that none takes the places of the others."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from calc_grpc.errors import TooManyStreams


class StreamLimit:
    """limit: of all callers together. user_limit: of one user; callers that name none share only the first."""

    def __init__(self, *, limit: int, user_limit: int) -> None:
        self._limit = limit
        self._user_limit = user_limit
        self._open_count = 0
        self._of_users: Counter[str] = Counter()

    @contextmanager
    def one(self, user: str) -> Iterator[None]:
        """Hold a place for a stream of this user, or of nobody's; raises TooManyStreams."""
        if self._open_count >= self._limit:
            raise TooManyStreams(metadata={"stream_limit": str(self._limit)})
        if user and self._of_users[user] >= self._user_limit:
            raise TooManyStreams(metadata={"user_stream_limit": str(self._user_limit)})
        self._open_count += 1
        self._of_users[user] += 1
        try:
            yield
        finally:
            self._open_count -= 1
            self._of_users[user] -= 1
            if not self._of_users[user]:
                del self._of_users[user]

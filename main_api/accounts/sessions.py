"""Sessions in the database that end: some time after their last use, and in any case some time after signing in."""

import time
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db

STARTED_AT = "started_at"
SEEN_AT = "seen_at"
# A session in use is written again after this share of its idle time, not at every call.
RENEWAL_SHARE = 0.1


class SessionStore(db.SessionStore):
    """SESSION_COOKIE_AGE seconds without use end a session, SESSION_LONGEST_S seconds end any."""

    def load(self) -> dict[str, Any]:
        values: dict[str, Any] = super().load()
        if not values:
            return values
        now = int(time.time())
        # One that an earlier version began starts to count here.
        if now - values.setdefault(STARTED_AT, now) >= settings.SESSION_LONGEST_S:
            self._session_key = None
            return {}
        if now - values.get(SEEN_AT, 0) >= RENEWAL_SHARE * settings.SESSION_COOKIE_AGE:
            values[SEEN_AT] = now
            self.modified = True
        return values

    def save(self, must_create: bool = False) -> None:
        values = self._get_session(no_load=must_create)
        now = int(time.time())
        values.setdefault(STARTED_AT, now)
        values.setdefault(SEEN_AT, now)
        super().save(must_create=must_create)

    def cycle_key(self) -> None:
        """A new key when somebody signs in, and with it a new beginning."""
        super().cycle_key()
        self[STARTED_AT] = int(time.time())

    def get_session_cookie_age(self) -> int:
        now = int(time.time())
        left_s = int(self.get(STARTED_AT, now)) + settings.SESSION_LONGEST_S - now
        return max(0, min(settings.SESSION_COOKIE_AGE, left_s))

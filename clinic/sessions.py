"""Who is signed in. Server-side sessions: the browser has a random token, the database its hash."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from clinic import records
from clinic.clock import Clock
from clinic.database import Database

COOKIE = "telecabine_session"
SESSION_SECONDS = 12 * 3600
_LONGEST_TOKEN = 200


@dataclass(frozen=True)
class Session:
    """An open session. `expires`: UTC epoch. `key` names it in this process, and opens nothing."""

    key: bytes
    subject: str
    expires: float


class Sessions:
    """Open, find and close sessions. `new_token` gives at least 128 random bits."""

    def __init__(self, database: Database, clock: Clock, new_token: Callable[[], str]) -> None:
        self._database = database
        self._clock = clock
        self._new_token = new_token

    async def open(self, subject: str) -> str:
        """Return the token of a new session: the only copy."""
        token = self._new_token()
        expires = self._clock.now().timestamp() + SESSION_SECONDS
        await self._database.do(
            functools.partial(
                records.open_session, token_hash=_hash(token), subject=subject, expires=expires
            )
        )
        return token

    async def find(self, token: str | None) -> Session | None:
        """Return the session of a token, unless there is none or it has expired."""
        if not token or len(token) > _LONGEST_TOKEN:
            return None
        key = _hash(token)
        now = self._clock.now().timestamp()
        found = await self._database.do(
            functools.partial(records.read_session, token_hash=key, now=now)
        )
        return None if found is None else Session(key, *found)

    async def close(self, session: Session) -> None:
        """End a session."""
        await self._database.do(functools.partial(records.close_session, token_hash=session.key))


def _hash(token: str) -> bytes:
    # the token is random and long: a plain hash cannot be searched
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()

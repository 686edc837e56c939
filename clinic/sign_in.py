"""How a doctor signs in: the seam, and the demo's password accounts.

OpenID Connect (Pro Santé Connect) goes in as another `SignIn`: its `routes` are the redirect to the
provider and the callback, which checks state, nonce and ID token, then calls `opened(subject)` for
the response that carries the session's cookie. Nothing else in the service changes.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from clinic.clock import Clock
from clinic.passwords import hash_password, verify_password
from config import DoctorAccount
from contracts.consultation import Doctor

Opened = Callable[[str], Awaitable[Response]]

LONGEST_PASSWORD = 1024
MOST_CHECKS = 2  # at once: each is 16 MiB and a core
MOST_WAITING = 32


class SignIn(Protocol):
    """A way to sign in. A subject names a doctor for as long as the service knows them."""

    def routes(self, opened: Opened) -> Sequence[Route]:
        """Return what the browser calls; `opened` makes the response of a successful sign-in."""
        ...

    def doctor(self, subject: str) -> Doctor | None:
        """Return the doctor behind a session's subject; None when they may no longer enter."""
        ...


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of POST /api/session."""

    login: str
    password: str


@dataclass
class _Tries:
    left: float
    at: float


class Throttle:
    """A few tries a login, then one every `seconds`. Unknown logins are counted alike.

    Of unknown logins the last `most_logins` are remembered; of `accounts`, all: nobody gets new
    tries for one by making others up.
    """

    def __init__(
        self,
        clock: Clock,
        tries: int = 5,
        seconds: float = 30.0,
        most_logins: int = 10_000,
        *,
        accounts: Collection[str] = (),
    ) -> None:
        self._clock = clock
        self._tries = tries
        self._seconds = seconds
        self._most_logins = most_logins
        self._accounts = {login: _Tries(tries, clock.monotonic()) for login in accounts}
        self._unknown: OrderedDict[str, _Tries] = OrderedDict()

    def take(self, login: str) -> int:
        """Use up a try. Return 0, or in how many seconds there will be one."""
        now = self._clock.monotonic()
        known = self._accounts.get(login)
        if known is None:
            known = self._unknown.setdefault(login, _Tries(self._tries, now))
            self._unknown.move_to_end(login)
            if len(self._unknown) > self._most_logins:
                self._unknown.popitem(last=False)
        known.left = min(self._tries, known.left + (now - known.at) / self._seconds)
        known.at = now
        if known.left < 1:
            return max(1, math.ceil((1 - known.left) * self._seconds))
        known.left -= 1
        return 0

    def succeeded(self, login: str) -> None:
        """The right password gives all tries back."""
        if login in self._accounts:
            self._accounts[login] = _Tries(self._tries, self._clock.monotonic())


class PasswordSignIn:
    """Accounts of clinic.toml. The same work is done whether or not a login exists."""

    def __init__(self, accounts: Sequence[DoctorAccount], clock: Clock) -> None:
        self._accounts: Mapping[str, DoctorAccount] = {each.login: each for each in accounts}
        self._throttle = Throttle(clock, accounts=self._accounts)
        self._nobody = hash_password("")
        self._checks = asyncio.Semaphore(MOST_CHECKS)
        self._waiting = 0

    def routes(self, opened: Opened) -> Sequence[Route]:
        """Return `POST /api/session`: 204 with the cookie, 400, 401, 415, or 429."""

        async def sign_in(request: Request) -> Response:
            return await self._sign_in(request, opened)

        return [Route("/api/session", sign_in, methods=["POST"])]

    def doctor(self, subject: str) -> Doctor | None:
        """Return the doctor of an account."""
        account = self._accounts.get(subject)
        return None if account is None else Doctor(account.name, account.specialty, account.rpps)

    async def _sign_in(self, request: Request, opened: Opened) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # what a form of another site cannot send
            return PlainTextResponse("Send application/json.\n", 415)
        try:
            credentials = msgspec.json.decode(await request.body(), type=Credentials)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return PlainTextResponse('Send {"login": …, "password": …}.\n', 400)
        if len(credentials.login) > 64 or len(credentials.password) > LONGEST_PASSWORD:
            return PlainTextResponse("Login or password too long.\n", 400)
        wait = self._throttle.take(credentials.login)
        if wait or self._waiting >= MOST_WAITING:
            return PlainTextResponse(
                "Too many tries. Wait, then try again.\n",
                429,
                headers={"Retry-After": str(wait or 1)},
            )
        if not await self._right(credentials):
            return PlainTextResponse("Wrong login or password.\n", 401)
        self._throttle.succeeded(credentials.login)
        return await opened(credentials.login)

    async def _right(self, credentials: Credentials) -> bool:
        account = self._accounts.get(credentials.login)
        stored = self._nobody if account is None else account.password
        self._waiting += 1
        try:
            async with self._checks:
                right = await asyncio.to_thread(verify_password, credentials.password, stored)
        finally:
            self._waiting -= 1
        return right and account is not None

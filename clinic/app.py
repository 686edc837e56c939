"""The service as an ASGI application.

- `POST /api/session` signs in, `GET` says who is signed in, `DELETE` signs out
- `WS /api/doctor`: a doctor's page (cookie, same Origin)
- `WS /api/booth`: a booth (`Authorization: Bearer` token)
- `/doctor/`: the doctor's page, from the web build
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from clinic import booth_token, passwords, records
from clinic.booth_end import BoothEnd
from clinic.clock import Clock
from clinic.connection import Connection
from clinic.database import Database
from clinic.doctor_end import DoctorEnd
from clinic.errors import ClinicError, StoreError, TokenRefused
from clinic.headers import SameOriginChanges, SecurityHeaders, same_origin
from clinic.hub import SESSION_ENDED, Hub, Page
from clinic.outbox import Outbox
from clinic.sessions import COOKIE, SESSION_SECONDS, Session, Sessions
from clinic.sign_in import PasswordSignIn, SignIn
from config import ClinicConfig, ConfigError
from contracts.clinic import BoothMessage, DoctorMessage

TICK_SECONDS = 0.5
LONGEST_BODY = 4096
NOT_STORED = "The service cannot use its database now. Try again.\n"

_log = logging.getLogger(__name__)

NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Télécabine</title>
<h1>The doctor's page is not built</h1>
<p>On the machine that runs this service, run <code>./cabine setup</code>, then load this page
again.</p>
<p lang="fr">La page du médecin n'est pas construite. Sur la machine du service, lancez
<code>./cabine setup</code>, puis rechargez cette page.</p></html>
"""


def create_app(
    config: ClinicConfig, *, web: Path, clock: Clock, new_token: Callable[[], str]
) -> Starlette:
    """Return the application. `web`: folder of the web build; `new_token`: unguessable strings.

    Raises `ConfigError` for accounts or keys that cannot be used.
    """
    _check_accounts(config)
    service = _Service(
        tls=config.tls is not None,
        keys=_booth_keys(config),
        sign_in=PasswordSignIn(config.doctors, clock),
        database=Database(config.database, records.SCHEMA),
        config=config,
        clock=clock,
        new_token=new_token,
    )
    return Starlette(
        routes=[
            Route("/", _to_doctor_page),
            Route("/doctor", _to_doctor_page),
            Mount("/doctor", app=_DoctorPage(web / "doctor")),
            *service.routes(),
        ],
        middleware=[
            Middleware(SecurityHeaders, tls=config.tls is not None),
            Middleware(SameOriginChanges, tls=config.tls is not None),
        ],
        exception_handlers={StoreError: _not_stored},
        lifespan=service.lifespan,
        max_body_size=LONGEST_BODY,
    )


class _Service:
    def __init__(
        self,
        *,
        tls: bool,
        keys: Mapping[str, Ed25519PublicKey],
        sign_in: SignIn,
        database: Database,
        config: ClinicConfig,
        clock: Clock,
        new_token: Callable[[], str],
    ) -> None:
        self._tls = tls
        self._keys = keys
        self._sign_in = sign_in
        self._database = database
        self._clock = clock
        self._sessions = Sessions(database, clock, new_token)
        self._hub = Hub(
            database,
            clock,
            new_token,
            config.consultation_minutes,
            timedelta(hours=config.retention_hours),
        )

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Open the database, let time pass, close."""
        await self._database.open()
        try:
            await self._hub.load()
            ticking = asyncio.create_task(self._tick())
            try:
                yield
            finally:
                ticking.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await ticking
        finally:
            await self._database.close()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self._hub.tick()
            except StoreError:
                _log.error("tick_not_stored")  # tried again at the next tick

    def routes(self) -> list[Route | WebSocketRoute]:
        """Return the API's routes."""
        return [
            *self._sign_in.routes(self._signed_in),
            Route("/api/session", self._who, methods=["GET"]),
            Route("/api/session", self._sign_out, methods=["DELETE"]),
            WebSocketRoute("/api/doctor", self._doctor),
            WebSocketRoute("/api/booth", self._booth),
        ]

    # --- sessions --------------------------------------------------------------------------

    async def _signed_in(self, subject: str) -> Response:
        response = Response(status_code=204)
        response.set_cookie(
            COOKIE,
            await self._sessions.open(subject),
            max_age=SESSION_SECONDS,
            path="/",
            secure=self._tls,
            httponly=True,
            samesite="strict",
        )
        _log.info("signed_in")
        return response

    async def _who(self, request: Request) -> Response:
        session = await self._session(request)
        doctor = self._sign_in.doctor(session.subject) if session is not None else None
        if doctor is None:
            return PlainTextResponse("Sign in first.\n", 401)
        return Response(msgspec.json.encode({"doctor": doctor}), media_type="application/json")

    async def _sign_out(self, request: Request) -> Response:
        session = await self._session(request)
        if session is not None:
            await self._sessions.close(session)
            for page in self._hub.pages:
                if page.session == session.key:
                    page.outbox.close(SESSION_ENDED, "signed out")
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path="/", secure=self._tls, httponly=True, samesite="strict")
        return response

    async def _signed_in_still(self, connection: HTTPConnection) -> bool:
        return await self._session(connection) is not None

    async def _session(self, connection: HTTPConnection) -> Session | None:
        return await self._sessions.find(connection.cookies.get(COOKIE))

    # --- sockets ---------------------------------------------------------------------------

    async def _doctor(self, socket: WebSocket) -> None:
        if not same_origin(socket, tls=self._tls):
            await _deny(socket, 403, "Only this service's own page may connect.\n")
            return
        try:
            session = await self._session(socket)
        except StoreError:
            await _deny(socket, 503, NOT_STORED)
            return
        doctor = self._sign_in.doctor(session.subject) if session is not None else None
        if session is None or doctor is None:
            await _deny(socket, 401, "Sign in first.\n")
            return
        await socket.accept()
        page = Page(session.subject, doctor, session.key, session.expires, Outbox())
        end = DoctorEnd(self._hub, page, functools.partial(self._signed_in_still, socket))
        try:
            await Connection(socket, page.outbox, _doctor_messages, end.receive, end.facts).serve()
        finally:
            with contextlib.suppress(StoreError):  # logged; the page that is left will say hello
                await end.leave()

    async def _booth(self, socket: WebSocket) -> None:
        scheme, _, token = socket.headers.get("authorization", "").partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise TokenRefused("token_missing", "send Authorization: Bearer and a token")
            proof = booth_token.verify(token.strip(), self._keys, self._clock.now())
            first_use = await self._database.do(
                functools.partial(
                    records.use_booth_token,
                    booth=proof.booth,
                    jti=proof.jti,
                    forget_after=proof.forget_after,
                )
            )
            if not first_use:
                raise TokenRefused("token_replayed", "make a new token for each connection")
        except TokenRefused as refused:
            _log.warning("booth_refused code=%s", refused.code)
            await _deny(socket, 401, f"{refused.code}: {refused.advice}\n")
            return
        except StoreError:
            await _deny(socket, 503, NOT_STORED)
            return
        await socket.accept()
        outbox = Outbox()
        end = BoothEnd(self._hub, proof.booth, outbox, self._sign_in)
        try:
            await Connection(socket, outbox, _booth_messages, end.receive).serve()
        finally:
            end.leave()


_doctor_messages: msgspec.json.Decoder[DoctorMessage] = msgspec.json.Decoder(DoctorMessage)
_booth_messages: msgspec.json.Decoder[BoothMessage] = msgspec.json.Decoder(BoothMessage)


class _DoctorPage:
    """Files of the built page; a page that says what to do while there are none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, html=True, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not (self._folder / "index.html").is_file():
            await HTMLResponse(NOT_BUILT, 503)(scope, receive, send)
            return
        await self._files(scope, receive, send)


async def _to_doctor_page(_request: Request) -> Response:
    return RedirectResponse("/doctor/", 307)


async def _not_stored(_request: Request, error: Exception) -> Response:
    if not isinstance(error, StoreError):
        raise HTTPException(500) from error
    return PlainTextResponse(NOT_STORED, 503)


async def _deny(socket: WebSocket, status: int, text: str) -> None:
    await socket.send_denial_response(PlainTextResponse(text, status))


def _check_accounts(config: ClinicConfig) -> None:
    _unique("doctors", "login", [each.login for each in config.doctors])
    for account in config.doctors:
        try:
            passwords.parse(account.password)
        except ClinicError as error:
            raise ConfigError(f"clinic.toml: doctor {account.login!r}: {error}") from error


def _booth_keys(config: ClinicConfig) -> dict[str, Ed25519PublicKey]:
    _unique("booths", "id", [each.id for each in config.booths])
    keys = {}
    for booth in config.booths:
        try:
            keys[booth.id] = booth_token.public_key(booth.public_key)
        except ClinicError as error:
            raise ConfigError(f"clinic.toml: booth {booth.id!r}: {error}") from error
    return keys


def _unique(table: str, key: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise ConfigError(f"clinic.toml: {table}: {key} {value!r} stands twice; keep one")

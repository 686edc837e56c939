"""Uvicorn, driven by us: our socket, our signals, no peer that can hold up the end."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import signal
import socket
from asyncio.transports import BaseTransport
from collections.abc import Callable, Iterator

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from config import ClinicConfig, ConfigError
from config.schemas import Tls

MESSAGE_LIMIT = 1 << 20
PING_SECONDS = 5.0
PONG_SECONDS = 10.0
LINGER_SECONDS = 1.0
FAREWELL_SECONDS = 0.3
REQUEST_SECONDS = 10.0
# Beyond these a peer is slow: live batches must grow old here, where newest wins, not in buffers.
SEND_BUFFER = 64 << 10
WRITE_BUFFER = 64 << 10

_log = logging.getLogger(__name__)


class Http(H11Protocol):
    """A peer that asks nothing, or never to the end, cannot keep its connection (uvicorn's can)."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; wait on while the request is not whole."""
        super().data_received(data)
        upgraded = self.transport.get_protocol() is not self  # a WebSocket: its hello is waited for
        if upgraded or self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._wait_no_more()
        elif self._patience is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone by itself."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._patience = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class WebSockets(WebSocketsSansIOProtocol):
    """A peer that does not read cannot keep its connection: what ends, ends."""

    def connection_made(self, transport: BaseTransport) -> None:
        """Bound what waits in the transport."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=WRITE_BUFFER)

    def shutdown(self) -> None:
        """The service ends: say so, and do not wait for who does not read."""
        super().shutdown()
        self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """No pong: gone."""
        super().keepalive_timeout()
        self._drop()

    def handle_parser_exception(self) -> None:
        """Not WebSocket, or too large."""
        super().handle_parser_exception()
        self.disconnected = True  # what is sent from now on fails as to any peer that left
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    async def run_asgi(self) -> None:
        """Serve; then do not wait for long until the peer has read what is left."""
        await super().run_asgi()
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def _drop(self) -> None:
        self.disconnected = True
        self.transport.abort()


class Server(uvicorn.Server):
    """Stops on SIGTERM and SIGINT, with exit 0; calls `on_ready` once it listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals as a request to end, and no more (uvicorn would raise them again)."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._on_ready()

    def stop(self) -> None:
        """End soon, in good order."""
        self.should_exit = True


def make_server(
    app: ASGIApp, tls: Tls | None, on_ready: Callable[[], None] = lambda: None
) -> Server:
    """Return a server for `app`; run it with `serve(sockets=[listen(...)])`."""
    config = uvicorn.Config(
        app,
        http=Http,
        ws=WebSockets,
        ws_max_size=MESSAGE_LIMIT,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        log_level="warning",  # at INFO it says paths and peers: what a URL holds is nobody's to log
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=None if tls is None else tls.certificate,
        ssl_keyfile=None if tls is None else tls.key,
    )
    return Server(config, on_ready)


def listen(config: ClinicConfig) -> socket.socket:
    """Return the bound socket. Raises `ConfigError`: not loopback without TLS, or not to be had."""
    address = _address(config)
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    # IPPROTO_TCP said aloud: without it asyncio does not set TCP_NODELAY on what it accepts
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        listener.bind((str(address), config.port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"clinic.toml: cannot listen on {config.host} port {config.port} ({error.strerror}); "
            "choose another port, or 0 for any"
        ) from error
    return listener


def base_url(listener: socket.socket, tls: Tls | None) -> str:
    """Return the address a browser on this machine can use."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'http' if tls is None else 'https'}://{shown}:{port}"


def _address(config: ClinicConfig) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    host = "127.0.0.1" if config.host == "localhost" else config.host
    try:
        address = ipaddress.ip_address(host)
    except ValueError as error:
        raise ConfigError(
            f"clinic.toml: host {config.host!r} is not an IP address; write one, or localhost"
        ) from error
    if config.tls is None and not address.is_loopback:
        raise ConfigError(
            f"clinic.toml: host {config.host} is not loopback and there is no [tls]; "
            "give certificate and key under [tls], or bind 127.0.0.1"
        )
    return address

"""Who is at the other end of a Unix socket."""

from __future__ import annotations

import os
import socket
import struct

from ui.touch.errors import PeerError

_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid (unix(7), SO_PEERCRED)


def check(end: socket.socket) -> None:
    """Raise `PeerError` unless the peer of `end` runs as this process's own user."""
    raw = end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    uid = _CREDENTIALS.unpack(raw)[1]
    if uid != os.getuid():
        raise PeerError(f"the peer runs as user {uid}, not {os.getuid()}: not one of this booth")


def check_descriptor(descriptor: int) -> None:
    """`check` for a descriptor that stays its owner's."""
    with socket.socket(fileno=os.dup(descriptor)) as end:
        check(end)

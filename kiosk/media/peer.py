"""Who is at the other end of a Unix socket."""

from __future__ import annotations

import os
import socket
import struct


def same_user(connection: socket.socket) -> bool:
    """Whether the peer runs as our user (SO_PEERCRED, unix(7): taken by the kernel at connect)."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    _, uid, _ = struct.unpack("iII", credentials)
    return bool(uid == os.geteuid())

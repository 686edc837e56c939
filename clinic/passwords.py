"""Passwords of demo accounts: scrypt (RFC 7914), written `scrypt$n$r$p$salt$hash` (hex)."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from clinic.errors import ClinicError

# 16 MiB and some tens of milliseconds a guess (128 * n * r bytes).
N, R, P = 2**14, 8, 1
_SALT_BYTES = 16
_HASH_BYTES = 32
_MOST_MEMORY = 128 * 2**20


class PasswordFormatError(ClinicError):
    """A stored password is not `scrypt$n$r$p$salt$hash` with costs this service accepts."""


def hash_password(password: str) -> str:
    """Return what to write in clinic.toml for `password`; a new salt at each call."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt${N}${R}${P}${salt.hex()}${_derive(password, N, R, P, salt).hex()}"


def verify_password(password: str, stored: str) -> bool:
    """Return whether `password` is the one behind `stored`; the comparison takes constant time.

    Raises `PasswordFormatError`.
    """
    n, r, p, salt, expected = parse(stored)
    return hmac.compare_digest(_derive(password, n, r, p, salt), expected)


def parse(stored: str) -> tuple[int, int, int, bytes, bytes]:
    """Return n, r, p, salt and hash. Raises `PasswordFormatError`."""
    try:
        name, n_text, r_text, p_text, salt_text, hash_text = stored.split("$")
        n, r, p = int(n_text), int(r_text), int(p_text)
        salt, digest = bytes.fromhex(salt_text), bytes.fromhex(hash_text)
    except ValueError as error:
        raise PasswordFormatError(
            "password must be scrypt$n$r$p$salt$hash; write it with clinic.passwords.hash_password"
        ) from error
    costs_fit = n >= N and n & (n - 1) == 0 and r >= 1 and 1 <= p <= 16  # a power of two
    if name != "scrypt" or not costs_fit or 128 * n * r > _MOST_MEMORY:
        raise PasswordFormatError(
            f"password must be scrypt with n a power of two from {N}, 128*n*r at most 128 MiB"
        )
    if len(salt) < _SALT_BYTES or len(digest) != _HASH_BYTES:
        raise PasswordFormatError(
            f"password needs a salt of {_SALT_BYTES} bytes or more and a hash of {_HASH_BYTES}"
        )
    return n, r, p, salt, digest


def _derive(password: str, n: int, r: int, p: int, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=n,
        r=r,
        p=p,
        maxmem=2 * _MOST_MEMORY,
        dklen=_HASH_BYTES,
    )

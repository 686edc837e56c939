"""The booth proves itself: a JWT (RFC 7519) signed with its Ed25519 device key (RFC 8037)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

AUDIENCE = "telecabine-clinic"
LIFE = timedelta(seconds=60)


class DeviceKeyError(Exception):
    """The device key cannot be used, and what to do."""


def load_key(path: Path) -> Ed25519PrivateKey:
    """Return the booth's device key. Raises DeviceKeyError."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise DeviceKeyError(f"{path}: the device key cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise DeviceKeyError(f"{path}: is not an unencrypted PEM private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise DeviceKeyError(f"{path}: is not an Ed25519 key; make one and enrol the booth again")
    return key


def make(booth: str, key: Ed25519PrivateKey, now: datetime) -> str:
    """Return a token for one connection, valid `LIFE` from `now`."""
    return jwt.encode(
        {
            "iss": booth,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + LIFE,
            "jti": str(uuid.uuid4()),
        },
        key,
        algorithm="EdDSA",
    )

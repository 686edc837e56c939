"""How a booth proves itself: a short-lived JWT (RFC 7519) signed by its Ed25519 device key.

Claims: iss = booth id, aud = `AUDIENCE`, iat, exp (at most 60 s after iat), jti (used once).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from clinic.errors import ClinicError, TokenRefused

AUDIENCE = "telecabine-clinic"
LONGEST_LIFE = 60.0
LEEWAY = 5.0  # between the booth's clock and ours
_MOST_CHARACTERS = 4096


@dataclass(frozen=True)
class BoothToken:
    """A token that holds: whose, and what must be remembered until `forget_after` (UTC epoch)."""

    booth: str
    jti: str
    forget_after: float


def public_key(pem: str) -> Ed25519PublicKey:
    """Return the Ed25519 key in `pem`. Raises `ClinicError`."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ClinicError(
            "public_key is not a PEM public key; export the booth's device key again"
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ClinicError("public_key is not Ed25519; make the booth an Ed25519 device key")
    return key


def verify(token: str, keys: Mapping[str, Ed25519PublicKey], now: datetime) -> BoothToken:
    """Return whose token this is. Replay is the caller's: it must see each jti once.

    Raises `TokenRefused`.
    """
    if len(token) > _MOST_CHARACTERS:
        raise TokenRefused("token_malformed", "a token has at most 4096 characters")
    claimed = _claims_unverified(token).get("iss")
    key = keys.get(claimed) if isinstance(claimed, str) else None
    if key is None:
        raise TokenRefused("booth_unknown", "add the booth's id and public key to clinic.toml")
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=["EdDSA"],  # pinned: never what the token's header asks for
            audience=AUDIENCE,
            issuer=claimed,
            # times are judged below, by the injected clock
            options={
                "require": ["iss", "aud", "iat", "exp", "jti"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.InvalidTokenError as error:
        raise TokenRefused(
            "token_invalid", "sign with the device key whose public key is in clinic.toml"
        ) from error
    issued, expires, jti = _time(claims["iat"]), _time(claims["exp"]), claims["jti"]
    if not isinstance(jti, str) or not 8 <= len(jti) <= 128:
        raise TokenRefused("token_malformed", "jti is a string of 8 to 128 characters, never used")
    if not 0 < expires - issued <= LONGEST_LIFE:
        raise TokenRefused("token_too_long", "exp is at most 60 s after iat")
    at = now.timestamp()
    if issued > at + LEEWAY:
        raise TokenRefused("token_early", "set the booth's clock: the token is from the future")
    if expires <= at - LEEWAY:
        raise TokenRefused("token_expired", "make a new token; check the booth's clock")
    return BoothToken(booth=str(claimed), jti=jti, forget_after=expires + LEEWAY)


def _claims_unverified(token: str) -> dict[str, Any]:
    """Read only to choose the key; nothing of it is believed before `jwt.decode` has verified."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise TokenRefused("token_malformed", "send a JWT as Authorization: Bearer") from error
    return claims


def _time(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenRefused("token_malformed", "iat and exp are seconds since 1970")
    return float(value)

"""A booth's token, attacked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from clinic.booth_token import public_key, verify
from clinic.errors import ClinicError, TokenRefused
from tests.clinic.peers import key_of, public_pem, token
from tests.mutation import red_under

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
KEYS = {name: key_of(name).public_key() for name in ("booth-1", "booth-2")}


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged(header: dict[str, str], secret: bytes | None) -> str:
    issued = int(NOW.timestamp())
    claims = {
        "iss": "booth-1",
        "aud": "telecabine-clinic",
        "iat": issued,
        "exp": issued + 60,
        "jti": "0123456789abcdef",
    }
    signed = f"{part(header)}.{part(claims)}"
    digest = b"" if secret is None else hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def test_a_good_token_is_its_booths() -> None:
    proof = verify(token(at=NOW), KEYS, NOW)
    assert proof.booth == "booth-1"
    assert proof.forget_after == NOW.timestamp() + 65


@red_under(
    "clinic/booth_token.py",
    old="if not 0 < expires - issued <= LONGEST_LIFE:",
    new="if not 0 < expires - issued:",
)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": Ed25519PrivateKey.generate()}, "token_invalid"),
        ({"key": key_of("booth-2")}, "token_invalid"),
        ({"iss": "booth-3"}, "booth_unknown"),
        ({"iss": ["booth-1"]}, "booth_unknown"),
        ({"iss": ...}, "booth_unknown"),
        ({"aud": "another"}, "token_invalid"),
        ({"aud": ...}, "token_invalid"),
        ({"jti": ...}, "token_invalid"),
        ({"exp": ...}, "token_invalid"),
        ({"iat": ...}, "token_invalid"),
        ({"jti": "short"}, "token_malformed"),
        ({"jti": "x" * 200}, "token_malformed"),
        ({"life": 61}, "token_too_long"),
        ({"life": 10**9}, "token_too_long"),
        ({"life": 0}, "token_too_long"),
        ({"at": NOW - timedelta(seconds=65)}, "token_expired"),
        ({"at": NOW + timedelta(seconds=6)}, "token_early"),
        ({"exp": True}, "token_malformed"),
        ({"exp": "1772355660"}, "token_malformed"),
        ({"exp": float("nan")}, "token_malformed"),
        ({"x": "y" * 5000}, "token_malformed"),
    ],
)
def test_a_token_that_is_not_right_is_refused(changes: dict[str, Any], code: str) -> None:
    changes = {"at": NOW} | changes
    if changes.get("iss") is not None or "iss" in changes:
        changes["key"] = key_of("booth-1")
    if changes.get("iss") == ["booth-1"]:
        bad = f"{part({'alg': 'EdDSA'})}.{part({'iss': ['booth-1']})}.AAAA"
    else:
        bad = token(**changes)
    with pytest.raises(TokenRefused) as refused:
        verify(bad, KEYS, NOW)
    assert refused.value.code == code


@pytest.mark.parametrize("leeway", [timedelta(seconds=64), timedelta(seconds=-5)])
def test_clocks_may_differ_a_little(leeway: timedelta) -> None:
    assert verify(token(at=NOW - leeway), KEYS, NOW).booth == "booth-1"


@pytest.mark.parametrize(
    ("header", "secret"),
    [
        ({"alg": "none", "typ": "JWT"}, None),
        ({"alg": "None", "typ": "JWT"}, None),
        ({"alg": "HS256", "typ": "JWT"}, public_pem(key_of("booth-1")).encode()),
        ({"alg": "HS256", "typ": "JWT"}, key_of("booth-1").public_key().public_bytes_raw()),
        ({"alg": "EdDSA", "typ": "JWT"}, public_pem(key_of("booth-1")).encode()),
        ({"alg": "ES256", "typ": "JWT"}, None),
        ({"alg": "EdDSA", "typ": "JWT"}, None),
    ],
)
def test_the_algorithm_is_ours_to_choose(header: dict[str, str], secret: bytes | None) -> None:
    with pytest.raises(TokenRefused) as refused:
        verify(forged(header, secret), KEYS, NOW)
    assert refused.value.code == "token_invalid"


@given(st.text(max_size=200))
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(TokenRefused):
        verify(text, KEYS, NOW)


@given(st.data())
def test_a_token_changed_anywhere_is_refused(data: st.DataObject) -> None:
    good = token(at=NOW)
    place = data.draw(st.integers(0, good.rindex(".") - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != good[place]))
    with pytest.raises(TokenRefused):
        verify(good[:place] + other + good[place + 1 :], KEYS, NOW)


def test_only_ed25519_keys_are_configured() -> None:
    for key in (Ed448PrivateKey.generate(), generate_private_key(SECP256R1())):
        with pytest.raises(ClinicError):
            public_key(public_pem(key))  # type: ignore[arg-type]  # that is the point
    for pem in ("", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        with pytest.raises(ClinicError):
            public_key(pem)

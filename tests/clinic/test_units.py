"""Passwords, outbox, database, throttle: each alone."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic import records
from clinic.database import Database
from clinic.errors import ClinicError, StoreError
from clinic.outbox import DURABLE_LIMIT, LIVE_LIMIT, TOO_SLOW, Close, FactsDue, Outbox
from clinic.passwords import PasswordFormatError, hash_password, verify_password
from clinic.sign_in import Throttle
from contracts.clinic import DoctorPresence, Refused
from tests.clinic.peers import FakeClock


def test_a_password_is_known_by_its_hash_only() -> None:
    stored = hash_password("sésame \N{OLD KEY}")
    assert stored.startswith("scrypt$16384$8$1$")
    assert verify_password("sésame \N{OLD KEY}", stored)
    assert not verify_password("sésame", stored)
    assert hash_password("sésame \N{OLD KEY}") != stored


@pytest.mark.parametrize(
    "stored",
    [
        "secret",
        "",
        "scrypt$16384$8$1$zz$00",
        "scrypt$16384$8$1$" + "00" * 16,
        "scrypt$1024$8$1$" + "00" * 16 + "$" + "00" * 32,  # too cheap
        "scrypt$16385$8$1$" + "00" * 16 + "$" + "00" * 32,  # not a power of two
        "scrypt$1073741824$8$1$" + "00" * 16 + "$" + "00" * 32,  # would take the machine
        "bcrypt$16384$8$1$" + "00" * 16 + "$" + "00" * 32,
        "scrypt$16384$8$1$00$" + "00" * 32,
        "scrypt$16384$8$1$" + "00" * 16 + "$00",
    ],
)
def test_what_is_not_a_stored_password_is_refused(stored: str) -> None:
    with pytest.raises(PasswordFormatError):
        verify_password("x", stored)


def test_tries_run_out_and_come_back() -> None:
    clock = FakeClock()
    throttle = Throttle(clock, tries=3, seconds=30, most_logins=2, accounts=("a",))
    assert [throttle.take("a") for _ in range(5)] == [0, 0, 0, 30, 30]
    clock.advance(29)
    assert throttle.take("a") == 1
    clock.advance(1)
    assert [throttle.take("a"), throttle.take("a")] == [0, 30]
    assert throttle.take("b") == 0
    throttle.succeeded("a")
    assert throttle.take("a") == 0


@pytest.mark.parametrize("login", ["an account", "nobody"])
def test_tries_do_not_come_back_by_trying_other_logins(login: str) -> None:
    throttle = Throttle(FakeClock(), tries=3, seconds=30, most_logins=20, accounts=("an account",))
    assert [throttle.take(login) for _ in range(4)] == [0, 0, 0, 30]
    others = 100 if login == "an account" else 19  # of unknown ones the last are remembered
    for number in range(others):
        throttle.take(f"made up {number}")
    assert throttle.take(login) == 30


async def drain(outbox: Outbox) -> list[object]:
    items: list[object] = []
    while True:
        try:
            async with asyncio.timeout(0.02):
                items.append(await outbox.next())
        except TimeoutError:
            return items
        if isinstance(items[-1], Close):
            return items


async def test_an_outbox_keeps_order_and_merges_facts() -> None:
    outbox = Outbox()
    outbox.send(DoctorPresence("c", True))
    for number in (1, 2, 5):
        outbox.facts_due("c", number)
    outbox.facts_due("d", 1)
    outbox.send(DoctorPresence("c", False))
    first, due, other, last = await drain(outbox)
    assert b"true" in bytes(first)  # type: ignore[call-overload]  # it is bytes
    assert (due, other) == (FactsDue("c", 5), FactsDue("d", 1))
    assert b"false" in bytes(last)  # type: ignore[call-overload]  # it is bytes


async def test_live_batches_are_few_and_the_newest() -> None:
    outbox = Outbox()
    for number in range(100):
        outbox.live(b"%d" % number)
    assert await drain(outbox) == [b"%d" % n for n in range(100 - LIVE_LIMIT, 100)]


async def test_a_snapshot_replaces_the_one_before_and_is_not_repeated() -> None:
    outbox = Outbox()
    outbox.snapshot("list", DoctorPresence("a", True))
    outbox.snapshot("list", DoctorPresence("b", True))
    assert len(await drain(outbox)) == 1
    outbox.snapshot("list", DoctorPresence("b", True))
    assert await drain(outbox) == []
    outbox.forget_snapshot("list")
    outbox.snapshot("list", DoctorPresence("b", True))
    assert len(await drain(outbox)) == 1


async def test_an_outbox_that_overflows_closes() -> None:
    outbox = Outbox()
    for _ in range(DURABLE_LIMIT + 1):
        outbox.send(DoctorPresence("c", True))
    assert outbox.closing
    (closed,) = await drain(outbox)
    assert isinstance(closed, Close)
    assert closed.code == TOO_SLOW


async def test_a_close_can_let_the_last_words_out() -> None:
    outbox = Outbox()
    outbox.send(Refused("a", "b"))
    outbox.close(1008, "a", flush=True)
    words, closed = await drain(outbox)
    assert isinstance(words, bytes)
    assert closed == Close(1008, "a")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "d.sqlite"


async def test_a_job_that_fails_takes_nothing_of_the_others_with_it(path: Path) -> None:
    database = Database(path, "CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT")
    await database.open()

    def put(value: object, *, then: Exception | None = None) -> object:
        def work(connection: sqlite3.Connection) -> object:
            connection.execute("INSERT INTO t VALUES (?)", (value,))
            if then is not None:
                raise then
            return value

        return database.do(work)

    results = await asyncio.gather(
        put(1),
        put(2, then=ClinicError("no")),
        put(1),  # a constraint
        put("word"),  # a type
        put(2**70),  # too large for SQLite
        put(3, then=ValueError("a fault")),
        put(4),
        return_exceptions=True,
    )  # type: ignore[call-overload]  # awaitables of object
    kinds = [type(each) if isinstance(each, Exception) else each for each in results]
    assert kinds == [1, ClinicError, StoreError, StoreError, OverflowError, ValueError, 4]
    rows = await database.do(lambda c: c.execute("SELECT x FROM t ORDER BY x").fetchall())
    assert rows == [(1,), (4,)]
    await database.close()


async def test_the_database_is_durable_and_forgets_well(path: Path) -> None:
    database = Database(path, records.SCHEMA)
    await database.open()

    def pragmas(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "secure_delete")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await database.do(pragmas) == ["wal", 2, 1]
    await database.close()


async def test_a_full_disk_acknowledges_nothing(path: Path) -> None:
    database = Database(path, "CREATE TABLE t (x BLOB) STRICT")
    await database.open()
    pages = await database.do(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    await database.do(lambda c: c.execute(f"PRAGMA max_page_count = {pages + 2}").fetchone())

    def put(size: int) -> object:
        return database.do(
            lambda c: c.execute("INSERT INTO t VALUES (zeroblob(?))", (size,)).rowcount
        )

    with pytest.raises(StoreError):
        await put(10**6)  # type: ignore[misc]  # an awaitable
    assert await put(10) == 1  # type: ignore[misc]  # it works again once there is room
    assert await database.do(lambda c: c.execute("SELECT count(*) FROM t").fetchone()) == (1,)
    await database.close()


async def test_a_database_of_another_version_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    database = Database(path, records.SCHEMA)
    with pytest.raises(StoreError, match="version 99"):
        await database.open()


@given(st.binary(max_size=40))
def test_only_uuids_are_ids(raw: bytes) -> None:
    from clinic.errors import Refusal
    from clinic.hub import checked_id

    with pytest.raises(Refusal):
        checked_id(raw.decode("latin-1"))

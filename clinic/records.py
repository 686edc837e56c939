"""What the service keeps, and the SQL for it. Functions of a connection, run by `Database.do`.

Everything that is a patient's stands in `consultations`, `facts` and `orders`, and leaves with
`end`. What stays: `durations`, and `ended`, which lets a repeated message be answered.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

import msgspec

from clinic.waiting_room import Place
from contracts.clinic import Fact, Order, OrderBody
from contracts.consultation import Language, Reason, Sex

SCHEMA = """
CREATE TABLE consultations (id TEXT PRIMARY KEY, record BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE facts (
    consultation TEXT NOT NULL, number INTEGER NOT NULL, fact BLOB NOT NULL,
    PRIMARY KEY (consultation, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE orders (
    seq INTEGER PRIMARY KEY, consultation TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,
    state TEXT NOT NULL, refused TEXT, UNIQUE (consultation, id)
) STRICT;
CREATE TABLE ended (
    consultation TEXT PRIMARY KEY, booth TEXT NOT NULL, doctor TEXT, stored INTEGER NOT NULL,
    report TEXT, at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE durations (id INTEGER PRIMARY KEY, seconds REAL NOT NULL) STRICT;
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY, subject TEXT NOT NULL, expires REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE booth_tokens (
    booth TEXT NOT NULL, jti TEXT NOT NULL, forget_after REAL NOT NULL, PRIMARY KEY (booth, jti)
) STRICT, WITHOUT ROWID
"""
MOST_DURATIONS = 200

STORED, TAKEN, REFUSED = "stored", "taken", "refused"


class Waits(msgspec.Struct, frozen=True):
    """What the waiting list says of a patient (nothing that names them)."""

    since: datetime
    language: Language
    reason: Reason
    age_years: int
    sex: Sex


class Consultation(msgspec.Struct, frozen=True):
    """All that is true of a consultation but its facts and orders. Replaced, never changed.

    `generation` of the last call asked for; `answered`, of the last one the booth answered;
    `call_ended`: the doctor ended it for good.
    `dismissed`: its doctor is done with it. `heard_at`: when the booth last spoke of it.
    """

    id: str
    booth: str
    site: str
    simulated: bool
    heard_at: datetime
    waits: Waits | None = None
    place: Place = Place()
    met_at: datetime | None = None
    generation: int = 0
    answered: int = 0
    call_ended: bool = False
    stored: int = 0
    report: str | None = None
    report_taken: bool = False
    closed_at: datetime | None = None
    dismissed: bool = False

    @property
    def doctor(self) -> str | None:
        """Who holds its confirmed lease."""
        lease = self.place.lease
        return lease.doctor if lease is not None and lease.confirmed else None

    @property
    def call_open(self) -> bool:
        """Whether a call was asked for, and neither it nor the consultation has ended."""
        return self.generation > 0 and not self.call_ended and self.closed_at is None

    def held_by(self, doctor: str) -> bool:
        """Whether this doctor may see its facts and give it orders.

        From the booth's confirmation, until they are done with it: closed and signed, or let go.
        """
        over = self.closed_at is not None and self.report is not None
        return self.doctor == doctor and not self.dismissed and not over


class OrderRow(msgspec.Struct, frozen=True):
    """An order and how far it came: `STORED`, `TAKEN` or `REFUSED`."""

    order: Order
    state: str
    refused: str | None


class Ended(msgspec.Struct, frozen=True):
    """A consultation of which nothing is left but this."""

    consultation: str
    booth: str
    doctor: str | None
    stored: int
    report: str | None


_consultation = msgspec.json.Decoder(Consultation)
_fact = msgspec.json.Decoder(Fact)
_order_body = msgspec.json.Decoder(OrderBody)


def load(connection: sqlite3.Connection) -> list[Consultation]:
    """Return every consultation that has not ended."""
    rows = connection.execute("SELECT record FROM consultations")
    return [_consultation.decode(record) for (record,) in rows]


def save(connection: sqlite3.Connection, consultation: Consultation) -> None:
    """Write it. An unconfirmed lease is not written: it does not outlive the process."""
    lease = consultation.place.lease
    if lease is not None and not lease.confirmed:
        consultation = msgspec.structs.replace(
            consultation, place=Place(waiting=consultation.place.waiting)
        )
    connection.execute(
        "INSERT INTO consultations VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET record = ?2",
        (consultation.id, msgspec.json.encode(consultation)),
    )


def add_facts(
    connection: sqlite3.Connection, consultation: Consultation, facts: Sequence[Fact]
) -> None:
    """Add facts that follow what is stored, with the consultation that counts them."""
    connection.executemany(
        "INSERT INTO facts VALUES (?, ?, ?)",
        [(consultation.id, fact.number, msgspec.json.encode(fact)) for fact in facts],
    )
    save(connection, consultation)


def read_facts(
    connection: sqlite3.Connection, consultation: str, after: int, limit: int
) -> tuple[Fact, ...]:
    """Return at most `limit` facts with a number above `after`, in order."""
    rows = connection.execute(
        "SELECT fact FROM facts WHERE consultation = ? AND number > ? ORDER BY number LIMIT ?",
        (consultation, after, limit),
    )
    return tuple(_fact.decode(fact) for (fact,) in rows)


def add_order(connection: sqlite3.Connection, consultation: Consultation, order: Order) -> None:
    """Add an order, with the consultation as it changes."""
    connection.execute(
        "INSERT INTO orders (consultation, id, body, state) VALUES (?, ?, ?, ?)",
        (consultation.id, order.id, msgspec.json.encode(order.body), STORED),
    )
    save(connection, consultation)


def read_order(connection: sqlite3.Connection, consultation: str, order: str) -> OrderRow | None:
    """Return one order, or None."""
    row = connection.execute(
        "SELECT id, body, state, refused FROM orders WHERE consultation = ? AND id = ?",
        (consultation, order),
    ).fetchone()
    return None if row is None else _order_row(row)


def read_orders(connection: sqlite3.Connection, consultation: str) -> list[OrderRow]:
    """Return all orders of a consultation, in the order they were given."""
    rows = connection.execute(
        "SELECT id, body, state, refused FROM orders WHERE consultation = ? ORDER BY seq",
        (consultation,),
    )
    return [_order_row(row) for row in rows]


def settle_order(
    connection: sqlite3.Connection, consultation: Consultation, order: str, refused: str | None
) -> None:
    """Write that the booth took, or refused, an order, with the consultation as it changes."""
    connection.execute(
        "UPDATE orders SET state = ?, refused = ? WHERE consultation = ? AND id = ?",
        (TAKEN if refused is None else REFUSED, refused, consultation.id, order),
    )
    save(connection, consultation)


def end(connection: sqlite3.Connection, consultation: Consultation, at: float) -> None:
    """Delete all that is a patient's; keep what answers a repeated message."""
    connection.execute("DELETE FROM facts WHERE consultation = ?", (consultation.id,))
    connection.execute("DELETE FROM orders WHERE consultation = ?", (consultation.id,))
    connection.execute("DELETE FROM consultations WHERE id = ?", (consultation.id,))
    connection.execute(
        "INSERT OR REPLACE INTO ended VALUES (?, ?, ?, ?, ?, ?)",
        (
            consultation.id,
            consultation.booth,
            consultation.doctor,
            consultation.stored,
            consultation.report,
            at,
        ),
    )


def read_ended(connection: sqlite3.Connection, consultation: str) -> Ended | None:
    """Return what is left of a consultation that has ended."""
    row = connection.execute(
        "SELECT consultation, booth, doctor, stored, report FROM ended WHERE consultation = ?",
        (consultation,),
    ).fetchone()
    return None if row is None else Ended(*row)


def forget_ended(connection: sqlite3.Connection, before: float) -> None:
    """Delete what is left of consultations that ended before this UTC epoch."""
    connection.execute("DELETE FROM ended WHERE at < ?", (before,))


def add_duration(connection: sqlite3.Connection, seconds: float) -> None:
    """Keep how long a consultation took, and no more than the last `MOST_DURATIONS`."""
    connection.execute("INSERT INTO durations (seconds) VALUES (?)", (seconds,))
    connection.execute(
        "DELETE FROM durations WHERE id NOT IN (SELECT id FROM durations ORDER BY id DESC LIMIT ?)",
        (MOST_DURATIONS,),
    )


def read_durations(connection: sqlite3.Connection) -> list[float]:
    """Return the durations kept, in seconds, oldest first."""
    return [seconds for (seconds,) in connection.execute("SELECT seconds FROM durations")]


def open_session(
    connection: sqlite3.Connection, token_hash: bytes, subject: str, expires: float
) -> None:
    """Keep a session."""
    connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (token_hash, subject, expires))


def read_session(
    connection: sqlite3.Connection, token_hash: bytes, now: float
) -> tuple[str, float] | None:
    """Return whose session this is and when it ends (UTC epoch), unless it has."""
    row = connection.execute(
        "SELECT subject, expires FROM sessions WHERE hash = ? AND expires > ?", (token_hash, now)
    ).fetchone()
    return None if row is None else (row[0], row[1])


def close_session(connection: sqlite3.Connection, token_hash: bytes) -> None:
    """Forget a session."""
    connection.execute("DELETE FROM sessions WHERE hash = ?", (token_hash,))


def use_booth_token(
    connection: sqlite3.Connection, booth: str, jti: str, forget_after: float
) -> bool:
    """Return whether this jti is seen for the first time, and remember it."""
    done = connection.execute(
        "INSERT INTO booth_tokens VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (booth, jti, forget_after),
    )
    return done.rowcount == 1


def forget_expired(connection: sqlite3.Connection, now: float) -> None:
    """Delete sessions and booth tokens whose time has passed."""
    connection.execute("DELETE FROM sessions WHERE expires <= ?", (now,))
    connection.execute("DELETE FROM booth_tokens WHERE forget_after <= ?", (now,))


def _order_row(row: tuple[str, bytes, str, str | None]) -> OrderRow:
    identifier, body, state, refused = row
    return OrderRow(Order(identifier, _order_body.decode(body)), state, refused)

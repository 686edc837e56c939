"""A booth's data folder with finished consultations in it, and the judge of what a sink got."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from kiosk.documents.fhir import document
from kiosk.record.entry import Entry
from kiosk.record.folders import Folders
from kiosk.record.log import EventLog, New
from tests.kiosk.documents import samples
from tests.kiosk.documents.judge import faults

TOML = """
[booth]
id = "demo-booth"
site = "Pharmacie du Pont, Lille"
[paths]
run = "run"
data = "data"
[screen]
width_px = 1280
height_px = 800
width_mm = 331
height_mm = 207
[price]
consultation_cents = 2500
covered_cents = 1750
[clinic]
url = "http://127.0.0.1:8800"
device_key = "key.pem"
[delivery.folder]
path = "sink"
"""

OTHERS = (
    "9b2e5d0a-3a6e-4f5b-8f58-f5d6e2f6a001",
    "9b2e5d0a-3a6e-4f5b-8f58-f5d6e2f6a002",
    "9b2e5d0a-3a6e-4f5b-8f58-f5d6e2f6a003",
    "9b2e5d0a-3a6e-4f5b-8f58-f5d6e2f6a004",
)


class Told:
    """A clock that says the times of entries already made."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    def utc(self) -> datetime:
        return self._entry.utc

    def monotonic_ns(self) -> int:
        return self._entry.monotonic_ns


class Booth:
    """`config` holds booth.toml; `sink` is where the parcels go."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.sink = config / "sink"
        (config / "booth.toml").write_text(TOML)
        self.folders = Folders(config / "data")
        self.folders.prepare()
        self.said: dict[str, Sequence[Entry]] = {}

    def finish(
        self,
        consultation: str = samples.CONSULTATION,
        entries: Sequence[Entry] | None = None,
        *,
        killed: bool = False,
    ) -> Path:
        """A closed consultation; `killed`: its process died after the mark, leaving its WAL."""
        if entries is None:
            events = [(e.event, e.raw) if e.raw else e.event for e in samples.full()[1:]]
            entries = samples.log(
                (samples.opened(consultation=consultation), *events), consultation
            )
        self.said[consultation] = entries
        if killed:
            child = os.fork()
            if child == 0:
                try:
                    self._write(consultation, entries)
                finally:
                    os.kill(os.getpid(), signal.SIGKILL)
            os.waitpid(child, 0)
        else:
            self._write(consultation, entries).close()
        return self.folders.of(consultation)

    def _write(self, consultation: str, entries: Sequence[Entry]) -> EventLog:
        log = EventLog.create(self.folders.of(consultation))
        for entry in entries:
            log.append(Told(entry), [New(entry.event, entry.raw, entry.id)])
        self.folders.mark_closed(log.folder)
        return log

    def names(self) -> set[str]:
        """What is visible in the sink."""
        return {path.name for path in self.sink.iterdir()} if self.sink.exists() else set()

    def check(self, consultation: str = samples.CONSULTATION) -> None:
        """The sink holds this consultation: all of it, once, nothing else; the booth nothing."""
        target = self.sink / consultation
        entries = self.said[consultation]
        bundle = (target / "bundle.json").read_bytes()
        assert bundle == document(entries)
        assert faults(bundle) == []
        raw = {f"{e.id}.bin": e.raw for e in entries if e.raw is not None}
        if raw:
            assert {p.name: p.read_bytes() for p in (target / "raw").iterdir()} == raw
        manifest = json.loads((target / "manifest.json").read_bytes())
        listed = {file["name"]: (file["size"], file["sha256"]) for file in manifest["files"]}
        found = {
            str(path.relative_to(target)): path.read_bytes()
            for path in target.rglob("*")
            if path.is_file() and path.name != "manifest.json"
        }
        assert listed == {
            name: (len(content), hashlib.sha256(content).hexdigest())
            for name, content in found.items()
        }
        assert manifest["consultation"] == consultation
        assert set(found) == {"bundle.json", *(f"raw/{name}" for name in raw)}
        assert not self.folders.of(consultation).exists()

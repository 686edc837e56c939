"""What is delivered of one consultation: named files, the same bytes whenever it is made again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk.documents.canonical import encode
from kiosk.documents.errors import DocumentError
from kiosk.documents.fhir import document
from kiosk.record.entry import Entry
from kiosk.record.events import Opened

BUNDLE = "bundle.json"
MANIFEST = "manifest.json"
RAW = "raw"


@dataclass(frozen=True, repr=False)
class Parcel:
    """`files`: content by relative name, the manifest included."""

    consultation: str
    files: Mapping[str, bytes]


def pack(consultation: str, entries: Sequence[Entry]) -> Parcel:
    """Return the bundle, each event's raw bytes as they stand in the log, and the manifest.

    Raises DocumentError.
    """
    files = {BUNDLE: document(entries)}
    opened = entries[0].event
    if not isinstance(opened, Opened) or opened.consultation != consultation:
        raise DocumentError("the folder bears another consultation's name")
    for entry in entries:
        if entry.raw is not None:
            files[f"{RAW}/{entry.id}.bin"] = entry.raw
    manifest = {
        "consultation": consultation,
        # Names of the raw files in the order in which their bytes came.
        "raw": [f"{RAW}/{entry.id}.bin" for entry in entries if entry.raw is not None],
        "files": [
            {
                "name": name,
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in sorted(files.items())
        ],
    }
    return Parcel(consultation, {**files, MANIFEST: encode(manifest)})

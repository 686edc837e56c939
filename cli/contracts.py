"""`python -m cli.contracts [--check]`: the TypeScript types of `contracts/clinic.py`.

Written to `ui/web/shared/contracts.ts`, with the JSON Schema they come from, by which the page
checks at run time what it receives. `--check` writes nothing: exit 1 and a diff if they differ.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from typing import Any

import msgspec

from cli import web
from contracts import clinic

TARGET = web.WEB / "shared/contracts.ts"
REF = "#/$defs/{name}"
# Python names of unions, which JSON Schema does not keep.
UNIONS: dict[str, Any] = {
    "DoctorMessage": clinic.DoctorMessage,
    "ToDoctor": clinic.ToDoctor,
    "FactBody": clinic.FactBody,
}
HEADER = """\
// Generated from contracts/clinic.py by `python -m cli.contracts`. Do not edit.
"""


def schema() -> dict[str, Any]:
    """Return one JSON Schema of all that the page and the service say to each other."""
    unions, components = msgspec.json.schema_components(list(UNIONS.values()), ref_template=REF)
    for component in components.values():
        if "description" in component:  # a docstring's indentation is Python's
            lines = component["description"].splitlines()
            component["description"] = "\n".join(line.strip() for line in lines)
    definitions = {**components, **dict(zip(UNIONS, unions, strict=True))}
    for name in UNIONS:
        definitions[name] = {"title": name, **definitions[name]}
    definitions["Fact"]["properties"]["body"] = {"$ref": REF.format(name="FactBody")}
    return {
        "title": "Contracts",
        "oneOf": [{"$ref": REF.format(name=name)} for name in ("DoctorMessage", "ToDoctor")],
        "$defs": definitions,
    }


def generate() -> str:
    """Return the text of `contracts.ts`."""
    web.install()
    whole = schema()
    types = web.run_node(["tools/contracts.mjs"], stdin=json.dumps(whole))
    table = json.dumps(whole["$defs"], indent=2, ensure_ascii=False)
    return (
        f"{HEADER}\n/** `DoctorHello.protocol`. */\nexport const PROTOCOL = {clinic.PROTOCOL};\n\n"
        f"{types}\n/** The same as JSON Schema, by name. */\n"
        f"export const SCHEMAS = {table} as const;\n"
    )


def main() -> int:
    """Return the process's exit status."""
    parser = argparse.ArgumentParser(prog="python -m cli.contracts", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    compare = parser.parse_args().check
    try:
        wanted = generate()
    except web.WebError as error:
        print(error, file=sys.stderr)
        return 1
    present = TARGET.read_text(encoding="utf-8") if TARGET.is_file() else ""
    name = os.path.relpath(TARGET, web.ROOT)
    if not compare:
        if wanted != present:
            TARGET.write_text(wanted, encoding="utf-8")
        print(f"{name}: {'unchanged' if wanted == present else 'written'}")
        return 0
    if wanted == present:
        print(f"{name}: agrees with contracts/")
        return 0
    before, after = present.splitlines(keepends=True), wanted.splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(before, after, name, "generated from contracts/"))
    print(f"\n{name} differs: run `python -m cli.contracts` and commit it", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""`load(Type, path)`: one TOML file into one schema, or an error a person can act on."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


class ConfigError(Exception):
    """What is wrong, in which file, at which line, and what to write instead."""


def load(schema: type[T], path: Path) -> T:
    """Return `path` as a `schema`.

    Relative `Path` values become relative to the file's folder. Raises `ConfigError` for a file
    that is missing, not TOML, or says something the schema does not know.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    _refuse_unknown(schema, table, (), path, text)
    try:
        value = msgspec.convert(table, schema, dec_hook=_path_beside(path))
    except msgspec.ValidationError as error:
        raise ConfigError(_located(str(error), path, text)) from error
    return value


def _path_beside(file: Path) -> Any:
    def hook(wanted: type, value: Any) -> Any:
        if wanted is Path:
            if not isinstance(value, str):
                raise ValueError("expected a path in quotes")
            # absolute() keeps a udev symlink a symlink, which resolve() would not
            return (file.parent / Path(value).expanduser()).absolute()
        raise NotImplementedError(wanted)

    return hook


def _refuse_unknown(
    schema: type[msgspec.Struct],
    table: dict[str, Any],
    above: tuple[str, ...],
    path: Path,
    text: str,
) -> None:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(schema)}
    for key, value in table.items():
        if key not in fields:
            nearest = difflib.get_close_matches(key, fields, n=1, cutoff=0.0)
            raise ConfigError(
                f"{path}, line {_line(text, (*above, key))}: unknown key "
                f"{'.'.join((*above, key))!r}; did you mean {nearest[0]!r}?"
                f" Known here: {', '.join(sorted(fields))}"
            )
        inner = _struct_in(fields[key])
        if inner is None:
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                _refuse_unknown(inner, item, (*above, key), path, text)


def _struct_in(annotation: Any) -> type[msgspec.Struct] | None:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    for part in get_args(annotation):
        found = _struct_in(part)
        if found is not None:
            return found
    return None


def _located(message: str, path: Path, text: str) -> str:
    """msgspec ends with `- at `$.a.b``, except at the top: turn that into a line."""
    match = re.search(r" - at `\$\.?([^`]*)`$", message)
    if match is None:
        return f"{path}: {message}"
    keys = tuple(part for part in re.split(r"\.|\[[^\]]*\]", match[1]) if part not in ("", "..."))
    return (
        f"{path}, line {_line(text, keys)}: {'.'.join(keys) or 'file'}: {message[: match.start()]}"
    )


def _line(text: str, keys: tuple[str, ...]) -> int:
    """The line where `keys` stands: its last header or key that can be found (1: none)."""
    best = 1
    header: tuple[str, ...] = ()
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        found = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?", line)
        if found:
            header = tuple(part.strip(" \"'") for part in found[1].split("."))
            names: tuple[str, ...] = header
        else:
            assignment = re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line)
            if assignment is None:
                continue
            names = header + tuple(part.strip("\"'") for part in assignment[1].split("."))
            for inline in re.findall(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", line):
                if (*names, inline) == keys:
                    return number
        if names == keys:
            return number
        if keys[: len(names)] == names and len(names) > depth:
            best, depth = number, len(names)
    return best

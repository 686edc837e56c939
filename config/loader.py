"""`load(Type, path)`: one TOML file into one schema, or an error a person can act on."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
Keys = tuple[str | int, ...]  # of tables, and places in arrays


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
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise ConfigError(f"{path}: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: is nested too deeply to be read") from error
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
            if "\0" in value:
                raise ValueError("a path has no NUL in it")
            try:
                wanted_path = Path(value).expanduser()
            except RuntimeError as error:
                raise ValueError(f"no home folder for {Path(value).parts[0]}") from error
            # absolute() keeps a udev symlink a symlink, which resolve() would not
            return (file.parent / wanted_path).absolute()
        raise NotImplementedError(wanted)

    return hook


def _refuse_unknown(
    schema: type[msgspec.Struct],
    table: dict[str, Any],
    above: Keys,
    path: Path,
    text: str,
) -> None:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(schema)}
    for key, value in table.items():
        if key not in fields:
            nearest = difflib.get_close_matches(key, fields, n=1, cutoff=0.0)
            raise ConfigError(
                f"{path}, line {_line(text, (*above, key))}: unknown key "
                f"{_dotted((*above, key))!r}; did you mean {nearest[0]!r}?"
                f" Known here: {', '.join(sorted(fields))}"
            )
        inner = _struct_in(fields[key])
        if inner is None:
            continue
        if isinstance(value, dict):
            _refuse_unknown(inner, value, (*above, key), path, text)
        elif isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, dict):
                    _refuse_unknown(inner, item, (*above, key, place), path, text)


def _struct_in(annotation: Any) -> type[msgspec.Struct] | None:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    for part in get_args(annotation):
        found = _struct_in(part)
        if found is not None:
            return found
    return None


def _located(message: str, path: Path, text: str) -> str:
    """msgspec ends with `- at `$.a[1].b``, except at the top: turn that into a line."""
    match = re.search(r" - at `\$([^`]*)`$", message)
    if match is None:
        return f"{path}: {message}"
    keys = tuple(
        int(index) if index else name
        for name, index in re.findall(r"\.([^.\[]+)|\[(\d+)\]", match[1])
    )
    return f"{path}, line {_line(text, keys)}: {_dotted(keys)}: {message[: match.start()]}"


def _dotted(keys: Keys) -> str:
    return ".".join(key for key in keys if isinstance(key, str))


def _line(text: str, keys: Keys) -> int:
    """The line that gives `keys`, or as many of the first ones as are given (1: none).

    Found by reading the file statement by statement, so that nothing of TOML is read twice.
    """
    lines = text.split("\n")
    best, known, read = 1, 0, 0
    for count in range(1, len(lines) + 1):
        try:
            table = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue  # within a statement of several lines
        depth = _depth(table, keys)
        if depth > known:
            best, known = read + 1 + _within(lines[read:count], keys[:depth]), depth
        read = count
    return best


def _depth(value: Any, keys: Keys) -> int:
    """How many of `keys`, one after the other, lead somewhere in `value`."""
    for depth, key in enumerate(keys):
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return depth
    return len(keys)


def _within(statement: list[str], keys: Keys) -> int:
    """The line of a statement where its inner `keys` stand: of an array, the n-th such key."""
    nth = next((key for key in reversed(keys) if isinstance(key, int)), 0)
    name = next((key for key in reversed(keys) if isinstance(key, str)), "")
    found = [
        number
        for number, line in enumerate(statement)
        for _ in re.finditer(rf"(?<![\w-])[\"']?{re.escape(name)}[\"']?\s*=", line)
    ]
    return found[min(nth, len(found) - 1)] if found else 0

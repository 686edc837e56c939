"""A wrong configuration names file, line and what to write instead, and is never a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import BoothConfig, ClinicConfig, ConfigError, SimulatorConfig, load

BOOTH = """\
[booth]
id = "b-1"
site = "Pharmacie de l'Église"

[paths]
run = "run"
data = "data"

[screen]
width_px = 1280
height_px = 800
width_mm = 331
height_mm = 207

[price]
consultation_cents = 3000
covered_cents = 2100

[clinic]
url = "https://clinic.example"
device_key = "device.pem"

[media.camera]
width = 640

[delivery.folder]
path = "/srv/record"
"""
CLINIC = """\
database = "clinic.sqlite"

[[doctors]]
login = "a"
password = "scrypt$"
name = "A"
specialty = "M"
rpps = "10000000000"

[[doctors]]
login = "b"
password = "scrypt$"
name = "B"
specialty = "M"
rpps = "10000000001"
"""
INLINE = """\
database = "clinic.sqlite"
doctors = [
    {login = "a", password = "x", name = "A", specialty = "M", rpps = "10000000000"},
    {login = "b", password = "x", name = "B", specialty = "M", rpps = "10000000001"},
]
"""


def complaint(schema: Any, text: str, folder: Path) -> str:
    """Return what is said of `text`, without the file's name."""
    file = folder / "x.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(schema, file)
    said = str(caught.value)
    assert said.startswith(str(file))
    return said.removeprefix(str(file))


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def test_what_is_right_is_loaded_with_paths_beside_the_file(tmp_path: Path) -> None:
    file = tmp_path / "booth.toml"
    file.write_text(BOOTH, encoding="utf-8")
    config = load(BoothConfig, file)
    assert config.paths.run == tmp_path / "run"
    assert config.delivery.folder.path == Path("/srv/record")
    assert config.booth.site == "Pharmacie de l'Église"
    assert config.media.camera is not None
    assert config.media.camera.width == 640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """A udev name leads elsewhere each time the device is plugged in."""
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    file = tmp_path / "booth.toml"
    file.write_text(BOOTH, encoding="utf-8")
    assert load(BoothConfig, file).paths.run == tmp_path / "run"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('site = "P', 'sight = "P', ", line 3: unknown key 'booth.sight'; did you mean 'site'?"),
        ("[price]", "[prise]", ", line 15: unknown key 'prise'; did you mean 'price'?"),
        ("width = 640", "widht = 640", ", line 24: unknown key 'media.camera.widht'"),
        ("width_px = 1280", 'width_px = "1280"', ", line 10: screen.width_px: Expected `int`"),
        ("width_px = 1280", "width_px = true", ", line 10: screen.width_px: Expected `int`"),
        ("width_px = 1280", "width_px = nan", ", line 10: screen.width_px: Expected `int`"),
        ("width_px = 1280", "width_px = 0", ", line 10: screen.width_px: Expected `int` >= 1"),
        ('id = "b-1"', 'id = "b-1\\n"', ", line 2: booth.id: "),
        ('id = "b-1"', 'id = "B 1"', ", line 2: booth.id: "),
        ('run = "run"', "run = 3", ", line 6: paths.run: expected a path in quotes"),
        ('run = "run"', 'run = "~nobody-here/x"', ", line 6: paths.run: no home folder for"),
        ('run = "run"', 'run = "a\\u0000b"', ", line 6: paths.run: a path has no NUL in it"),
        ('device_key = "device.pem"\n', "", ", line 19: clinic: Object missing required field"),
        ('[delivery.folder]\npath = "/srv/record"\n', "", ": Object missing required field"),
        ("[media.camera]", "[[media.camera]]", ", line 23: media.camera: Expected `object | null`"),
        ("[media.camera]\nwidth = 640", 'media = "none"', ", line 23: unknown key 'clinic.media'"),
        ("[booth]", "booth = [1]\n[booths]", ", line 2: unknown key 'booths'"),
        ('data = "data"', 'data = "data"\ndata = "d"', ": Cannot overwrite a value (at line 8"),
        ('data = "data"', 'data = "data', ": Illegal character"),
        ("width_px = 1280", "width_px = " + "9" * 5000, ": Exceeds the limit"),
        ("width_px = 1280", "width_px = " + "[" * 5000, ": is nested too deeply"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert complaint(BoothConfig, changed(BOOTH, old, new), tmp_path).startswith(said)


@pytest.mark.parametrize("value", ['"x"', "1", "[1]", "[]", "1979-05-27", "true"])
def test_anything_but_a_table_where_one_is_expected_is_said(value: str, tmp_path: Path) -> None:
    text = f"booth = {value}\n" + BOOTH[BOOTH.index("[paths]") :]
    assert complaint(BoothConfig, text, tmp_path).startswith(
        ", line 1: booth: Expected `object`, got"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed(CLINIC, '"10000000001"', '"1"'), ", line 15: doctors.rpps: "),
        (
            changed(CLINIC, 'rpps = "10000000001"', "rps = 1"),
            ", line 15: unknown key 'doctors.rps'",
        ),
        (changed(CLINIC, 'rpps = "10000000001"\n', ""), ", line 10: doctors: Object missing"),
        (changed(CLINIC, 'login = "b"', "login = 3"), ", line 11: doctors.login: "),
        (changed(INLINE, '"10000000001"', '"1"'), ", line 4: doctors.rpps: "),
        (changed(INLINE, 'rpps = "10000000001"', "rps = 1"), ", line 4: unknown key 'doctors.rps'"),
        (changed(INLINE, '"10000000000"', '"1"'), ", line 3: doctors.rpps: "),
        ('database = "x"\ndoctors = [1, 2]\n', ", line 2: doctors: Expected `object`, got `int`"),
        ('database = "x"\n[doctors]\nlogin = "a"\n', ", line 2: doctors: Expected `array`"),
    ],
)
def test_in_a_list_of_tables_the_line_is_the_wrong_ones(
    text: str, said: str, tmp_path: Path
) -> None:
    assert complaint(ClinicConfig, text, tmp_path).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[oximeter]\nlink = "x"\nspo2 = 127\n', ", line 3: oximeter.spo2: "),
        ('oximeter.link = "x"\noximeter.spo3 = 1\n', ", line 2: unknown key 'oximeter.spo3'"),
        ('oximeter = { link = "x", spo2 = 200 }\n', ", line 1: oximeter.spo2: "),
        ('["oximeter"]\n"link" = "x"\n\n# spo2 = 3\n"spo2" = -1\n', ", line 5: oximeter.spo2: "),
        ("[ oximeter ] # link\nlink = 3\n", ", line 2: oximeter.link: expected a path"),
        ('[oximeter]\nlink = """\nspo3 = 1\n"""\nspo3 = 1\n', ", line 5: unknown key"),
        ('[oximeter]\r\nlink = "x"\r\nseed = 1.5\r\n', ", line 3: oximeter.seed: "),
    ],
)
def test_toml_has_many_ways_to_say_a_key(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(text.encode())
    assert complaint_of_file(tmp_path).startswith(said)


def complaint_of_file(folder: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(SimulatorConfig, folder / "x.toml")
    return str(caught.value).removeprefix(str(folder / "x.toml"))


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        load(BoothConfig, tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(BoothConfig, tmp_path)
    (tmp_path / "x.toml").write_bytes(b"[booth]\nsite = '\xe9'\n")
    assert complaint_of_file(tmp_path) == ": is not UTF-8 text (byte 16)"


def test_no_value_is_ever_quoted(tmp_path: Path) -> None:
    """A configuration holds password hashes, and errors go to logs."""
    text = changed(CLINIC, 'rpps = "10000000001"', 'rpps = "SECRET"')
    assert "SECRET" not in complaint(ClinicConfig, text, tmp_path)


PLACES = [n for n, line in enumerate(BOOTH.splitlines()) if "=" in line or line.startswith("[")]


@settings(max_examples=60, deadline=None)
@given(
    after=st.sampled_from(PLACES),
    noise=st.lists(
        st.sampled_from(["", "# wrong = 1", "   ", "#[booth]"]),
        max_size=3,
    ),
    value=st.sampled_from(["1", '"wrong = 1"', "[\n1,\n2]", '"""\nwrong = 2\n"""', "{a = 1}"]),
)
def test_an_unknown_key_anywhere_is_found_on_its_line(
    after: int, noise: list[str], value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = BOOTH.splitlines()
    lines[after + 1 : after + 1] = [*noise, f"wrong = {value}"]
    said = complaint(BoothConfig, "\n".join(lines), tmp_path_factory.mktemp("config"))
    assert said.startswith(f", line {after + 2 + len(noise)}: unknown key ")

"""Keys live in a file that only their office reads, and are never lost by a slip."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from anlao.office.shared import keyring
from anlao.office.shared.keyring import (
    CIPHER_KEY_BYTES,
    INDEX_KEY_BYTES,
    KeyFileDamaged,
    KeyFileExists,
    KeyFileMissing,
    KeyFileReadable,
    Keyring,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_a_new_key_file_is_for_its_owner_only_and_loads_as_written(path: Path) -> None:
    created = keyring.create(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keyring.load(path) == created
    assert len(created.index_key.secret) == INDEX_KEY_BYTES
    assert [len(key.secret) for key in created.cipher_keys] == [CIPHER_KEY_BYTES]


def test_an_existing_key_file_is_never_overwritten(path: Path) -> None:
    keyring.create(path)
    before = path.read_bytes()

    with pytest.raises(KeyFileExists):
        keyring.create(path)

    assert path.read_bytes() == before


def test_a_missing_key_file_is_refused_and_not_created(path: Path) -> None:
    with pytest.raises(KeyFileMissing) as refused:
        keyring.load(path)

    assert not path.exists()
    assert refused.value.code == "key_file.missing"
    assert str(path) in refused.value.zh


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666])
def test_a_key_file_open_to_others_is_refused_with_its_mode(path: Path, mode: int) -> None:
    keyring.create(path)
    path.chmod(mode)

    with pytest.raises(KeyFileReadable, match=f"{mode:04o}"):
        keyring.load(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_of_its_owner_alone_is_read(path: Path, mode: int) -> None:
    created = keyring.create(path)
    path.chmod(mode)

    assert keyring.load(path) == created


def test_rotation_adds_a_newest_key_and_keeps_the_others(path: Path) -> None:
    created = keyring.create(path)

    rotated = keyring.rotate(path)

    assert rotated.cipher_keys[:-1] == created.cipher_keys
    assert rotated.index_key == created.index_key
    assert rotated.newest not in created.cipher_keys
    assert keyring.load(path) == rotated
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_rotation_cut_short_is_not_written_over(path: Path) -> None:
    keyring.create(path)
    path.with_name("keys.new").write_text("half", "ascii")

    with pytest.raises(KeyFileExists, match=r"keys\.new"):
        keyring.rotate(path)


def test_one_changed_digit_of_a_key_is_noticed_with_its_line(path: Path) -> None:
    keyring.create(path)
    lines = path.read_text("ascii").splitlines()
    lines[2] = lines[2][:-1] + ("0" if lines[2][-1] != "0" else "1")
    path.write_text("\n".join(lines) + "\n", "ascii")

    with pytest.raises(KeyFileDamaged, match="line 3"):
        keyring.load(path)


@pytest.mark.parametrize(
    "keep", [[], [0], [0, 1], [0, 2], [1, 2], [0, 1, 2, 2], [0, 1, 1, 2]], ids=str
)
def test_a_file_that_lacks_or_repeats_a_line_is_damaged(path: Path, keep: list[int]) -> None:
    keyring.create(path)
    lines = path.read_text("ascii").splitlines()
    path.write_text("".join(f"{lines[place]}\n" for place in keep), "ascii")

    with pytest.raises(KeyFileDamaged):
        keyring.load(path)


@pytest.mark.parametrize("line", ["cipher", "cipher 00000000 zz", "spare 00000000 00", "", "中"])
def test_a_line_that_is_no_key_is_damaged(path: Path, line: str) -> None:
    keyring.create(path)
    path.write_text(path.read_text("ascii") + line + "\n", "utf-8")

    with pytest.raises(KeyFileDamaged, match="line 4"):
        keyring.load(path)


def test_secrets_stay_out_of_what_is_printed() -> None:
    keys = Keyring.generate()

    for key in (keys.index_key, *keys.cipher_keys):
        assert key.secret.hex() not in repr(keys)
        assert repr(key.secret) not in repr(keys)

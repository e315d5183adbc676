"""The house itself: what is installed is pinned, hashed, and names no registry."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_of_a_lock_is_pinned_and_hashed(lock: Path) -> None:
    entries = lock.read_text("utf-8").replace("\\\n", " ").splitlines()

    assert entries
    for entry in entries:
        assert "==" in entry
        assert "--hash=sha256:" in entry


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_registry(lock: Path) -> None:
    text = lock.read_text("utf-8")

    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("name", ["test", "bench", "spark"])
def test_further_locks_agree_with_what_anlao_runs_on(name: str) -> None:
    run = _pins(ROOT / "requirements" / "run.txt")

    for package, versions in _pins(ROOT / "requirements" / f"{name}.txt").items():
        assert versions == run.get(package, versions)


def test_makefile_targets_are_documented_in_both_readmes() -> None:
    for readme in ("README.md", "README.zh-CN.md"):
        text = (ROOT / readme).read_text("utf-8")
        targets = ("install", "demo", "test", "check", "bench", "test-spark", "browser-packages")
        for target in targets:
            assert f"make {target}" in text


def _pins(lock: Path) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for line in lock.read_text("utf-8").splitlines():
        if line[0].isalpha():
            package, version = line.split(" ")[0].split("==")
            pins.setdefault(package, set()).add(version)
    return pins

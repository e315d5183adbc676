"""Good rulebooks have no finding and their cases hold; bad ones get exactly the messages recorded.

Record again with ``pytest --record``, and explain every changed line in the commit.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rules.shipped import LIBRARY

from anlao.rules.proofs import find_problems
from anlao.rules.rulebook.load import load
from anlao.rules.testing.cases import run_cases

HERE = Path(__file__).parent
GOOD = sorted(path.name for path in (HERE / "good").iterdir())
BAD = sorted(path.name for path in (HERE / "bad").iterdir())


def findings(folder: Path) -> str:
    """Return all that ``anlao check`` says, one finding and its hint after another."""
    loaded = load(str(folder), LIBRARY)
    found = loaded.problems.sorted()
    if loaded.rulebook is not None and not loaded.problems.errors:
        found = sorted([*found, *find_problems(loaded.rulebook)], key=lambda item: item.place)
    return "\n".join(str(problem) for problem in found).replace(str(folder.parent) + "/", "") + "\n"


@pytest.mark.parametrize("name", GOOD)
def test_a_good_rulebook_has_no_finding_and_its_cases_hold(name: str) -> None:
    folder = HERE / "good" / name

    report = run_cases(load(str(folder), LIBRARY).usable(name))

    assert findings(folder) == "\n"
    assert report.failures == []
    assert report.passed > 0


@pytest.mark.parametrize("name", BAD)
def test_a_bad_rulebook_gets_exactly_these_messages(
    name: str, request: pytest.FixtureRequest
) -> None:
    folder = HERE / "bad" / name
    recorded = folder / "expected.txt"

    found = findings(folder)

    if request.config.getoption("--record"):
        recorded.write_text(found, encoding="utf-8")
    assert found.strip()
    assert found == recorded.read_text("utf-8")

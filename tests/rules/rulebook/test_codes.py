"""Every finding code is documented, and every documented code is used."""

from __future__ import annotations

import re
from pathlib import Path

import anlao.rules
from anlao.rules.rulebook.codes import CODES

_CODE = re.compile(r'"([YNTDLCK][0-9]{3})"')


def test_the_codes_in_use_are_the_codes_documented() -> None:
    folder = Path(anlao.rules.__file__).parent
    used = {
        code
        for path in folder.rglob("*.py")
        if path.name != "codes.py"
        for code in _CODE.findall(path.read_text("utf-8"))
    }

    assert used == set(CODES)

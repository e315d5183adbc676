"""Loading the bench rulebook in a fresh process: read and resolved, then a month's tables."""

from __future__ import annotations

import json
import time

from anlao.rules.engines.program import make_program
from anlao.rules.periods import Month
from bench import anlao_side


def main() -> None:
    start = time.perf_counter()
    rulebook = anlao_side.load_rulebook()
    loaded = time.perf_counter()
    make_program(rulebook).month(Month(2024, 3))
    done = time.perf_counter()
    print(json.dumps({"load": loaded - start, "tables": done - loaded}))


if __name__ == "__main__":
    main()

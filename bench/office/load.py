"""Load: thirty people work for two minutes in an office of 1.2 million elders.

``python -m bench.office.load`` (what ``make test-load`` does; ``--elders``, ``--seconds``).
Prints how long pages took and how many failed, and writes it to docs/reference/load.md.
Exits 1 where a request failed.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from bench.office.city import filled, place
from bench.office.serving import serving
from bench.office.visitors import Visit, Visitor

REPORT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "load.md"
_FINE = range(200, 400)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elders", type=int, default=1_200_000)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds a page is looked at")
    parser.add_argument("--report", type=Path, default=None)
    chosen = parser.parse_args()
    folder = place()
    print(f"a city of {chosen.elders:,} elders in {folder} …", flush=True)
    city = filled(folder, chosen.elders)
    print(f"loaded in {city['loaded']} s, this month decided in {city['decided']} s", flush=True)
    log = folder / "serve.log"
    with serving(folder, log) as (url, _):
        visitors = [
            Visitor(url, user, _words(city["words"], user["place"]), number, chosen.pause)
            for number, user in enumerate(city["users"])
        ]
        with ThreadPoolExecutor(len(visitors)) as pool:
            list(pool.map(Visitor.sign_in, visitors))
            print(f"{len(visitors)} people work for {chosen.seconds} s …", flush=True)
            began = time.monotonic()
            list(pool.map(lambda one: one.work(began + chosen.seconds), visitors))
    visits = [visit for one in visitors for visit in one.visits]
    rows = table(visits)
    print("\n".join(rows))
    failed = sum(visit.status not in _FINE for visit in visits)
    (chosen.report or REPORT).write_text(
        _report(city, len(visitors), chosen, rows, failed), encoding="utf-8"
    )
    return 1 if failed else 0


def _words(by_township: dict[str, list[list[str]]], place: str) -> list[list[str]]:
    return [word for code, words in by_township.items() if code.startswith(place) for word in words]


def table(visits: Sequence[Visit]) -> list[str]:
    """Return a row for each kind of page, and one for all."""
    rows = [
        "| page | requests | p50 ms | p95 ms | slowest ms | failed |",
        "|---|---|---|---|---|---|",
    ]
    kinds = sorted({visit.kind for visit in visits})
    for kind in [*kinds, "all"]:
        chosen = [visit for visit in visits if kind in (visit.kind, "all")]
        times = sorted(visit.seconds for visit in chosen)
        failed = sum(visit.status not in _FINE for visit in chosen)
        middle, late = times[len(times) // 2], times[min(len(times) - 1, len(times) * 95 // 100)]
        figures = " | ".join(f"{1000 * seconds:,.0f}" for seconds in (middle, late, times[-1]))
        rows.append(f"| {kind} | {len(chosen):,} | {figures} | {failed} |")
    return rows


def _report(
    city: dict[str, object],
    people: int,
    chosen: argparse.Namespace,
    rows: Sequence[str],
    failed: int,
) -> str:
    return "\n".join(
        (
            "# The office under load",
            "",
            f"Written by `make test-load` on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} CPUs "
            f"({platform.machine()}), Python {platform.python_version()}. "
            f"{city['elders']:,} elders in one office, {people} people who work for "
            f"{chosen.seconds} s and look at each page for {chosen.pause:g} s on average; "
            "everything on one machine, the visitors too.",
            "",
            f"Loading took {city['loaded']} s; deciding this month for everybody, with the lists "
            f"of what to look at, {city['decided']} s.",
            "",
            *rows,
            "",
            f"Requests that failed: {failed}.",
            "",
        )
    )


if __name__ == "__main__":
    raise SystemExit(main())

"""A city of 1.2 million elders in an office of its own, made once and kept; and who works there.

``python -m bench.office.city FOLDER ELDERS`` fills the folder and prints as JSON the users and
some words to search for. Runs as a program of its own: the visitors hold no Django.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from anlao.office.database.folder import DataFolder
from anlao.office.installation import opened

CITY = "3306"
PASSWORD = "a sentence for the load test"  # noqa: S105 - everybody there is made up
DONE = "city.json"


def place() -> Path:
    """Return where the office lies: the database's own user must pass all folders above."""
    beside = Path(__file__).resolve().parents[1] / "data" / "city"
    open_to_others = all(
        not parent.exists() or parent.stat().st_mode & 0o001 for parent in beside.parents
    )
    return beside if os.geteuid() or open_to_others else Path("/var/lib/anlao-city")


def filled(folder: Path, elders: int) -> dict[str, Any]:
    """Return what the office holds, after filling it where it is not filled yet."""
    kept = folder / DONE
    if kept.exists() and json.loads(kept.read_text("utf-8"))["elders"] == elders:
        found: dict[str, Any] = json.loads(kept.read_text("utf-8"))
        return found | {"kept": True}
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bench.office.city", str(folder), str(elders)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    made: dict[str, Any] = json.loads(out.stdout)
    return made


def fill(folder: DataFolder, elders: int) -> dict[str, Any]:
    people = folder.path.parent / f"{folder.path.name}-people.parquet"
    anlao = Path(sys.executable).parent / "anlao"
    synth = ["synth", CITY, "--elders", str(elders), "-o", str(people)]
    subprocess.run([anlao, *synth], check=True, stdout=sys.stderr)  # noqa: S603
    with opened(folder):
        from django.db import transaction
        from django.utils import timezone

        from anlao.office.benefits import deciding
        from anlao.office.registry.loading import load_population
        from anlao.office.shared import scope

        now = timezone.now()
        began = time.monotonic()
        load_population(
            people=people,
            identities=people.with_suffix(".identity.parquet"),
            history=people.with_suffix(".history.csv"),
            county=CITY,
            by="load test",
            at=now,
        )
        loaded = time.monotonic() - began
        with transaction.atomic(), scope.within(scope.WHOLE_OFFICE):
            users = _users(timezone.localdate(now))
            words = _words()
        began = time.monotonic()
        deciding.decide_everywhere(
            deciding.month_of(timezone.localdate(now)),
            known_at=timezone.now(),
            today=timezone.localdate(now),
            by="load test",
        )
        decided = time.monotonic() - began
    found = {
        "elders": elders,
        "users": users,
        "words": words,
        "loaded": round(loaded, 1),
        "decided": round(decided, 1),
    }
    (folder.path / DONE).write_text(json.dumps(found), encoding="utf-8")
    return found


def _users(day: date) -> list[dict[str, str]]:
    """Make thirty people: in each of six counties a clerk, an approver and three townships'."""
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone

    from anlao.office.divisions.models import Division
    from anlao.office.organisations import operations
    from anlao.office.organisations.models import Organisation, User

    hashed = make_password(PASSWORD)
    made = []
    for county in Division.objects.filter(parent_id=CITY).order_by("code"):
        townships = list(county.parts.order_by("code")[:3])
        roles = [("county_clerk", county), ("county_approver", county)]
        roles += [("township_clerk", township) for township in townships]
        for number, (role, where) in enumerate(roles, 1):
            bureau, _ = Organisation.objects.get_or_create(
                name=f"{where.name}民政", division=where, defaults={"kind": "bureau"}
            )
            user = User.objects.create(
                username=f"u{county.code}-{number}",
                full_name=f"{where.name}{number}",
                organisation=bureau,
                password=hashed,
                must_change_password=False,
            )
            operations.grant(
                user=user,
                role=role,
                division=where,
                start=day,
                reason="load test",
                by="load test",
                at=timezone.now(),
            )
            made.append({"name": user.username, "role": role, "place": where.code})
    return made


def _words() -> dict[str, list[list[str]]]:
    """Return what somebody may type to find elders, by the code of their township."""
    from anlao.office.registry import identity
    from anlao.office.registry.models import Elder

    found: dict[str, list[list[str]]] = {}
    for elder in Elder.objects.order_by("pk")[::997]:
        number = identity.identity_number_of(elder)
        born = "" if elder.birth_date is None else str(elder.birth_date.year)
        initials = elder.initials.split()[0] if elder.initials.strip() else elder.name
        words = [elder.name, f"{elder.name[0]} {born}", f"{initials} {born}", initials]
        found.setdefault(elder.division_code[:9], []).append([*words, number or elder.name])
    return found


if __name__ == "__main__":
    print(json.dumps(fill(DataFolder(Path(sys.argv[1])), int(sys.argv[2]))))

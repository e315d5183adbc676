"""Fill the data folder of an office to try the pages on; prints as JSON what the tests look at.

python -m tests.browser.prepare fill FOLDER PEOPLE.parquet
python -m tests.browser.prepare age FOLDER SESSION

Runs as a program of its own, so that the tests' process never holds Django.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from anlao.office.database.folder import DataFolder
from anlao.office.installation import opened
from tests.browser import neighbours, overdue, supposed
from tests.new_office import take_secrets, take_tables

COUNTY = "331123"
NEWCOMERS = ("leader", "finance")
PASSWORD = "山高水长 the mountains are high"  # noqa: S105
LONG_NAME = "迪丽努尔·阿卜杜热合曼江·吐尔逊买买提"
_QUICK = "django.contrib.auth.hashers.MD5PasswordHasher"
PHONE = "13800001234"
_LISTS = """
lists: {items: [old-age-allowance], amounts: true, months: 12, fewest: 3, source: 局务会（测试）}
"""
_FOUND = ("full", "full", "not", "unreached")


def fill(folder: DataFolder, people: Path) -> dict[str, Any]:
    """Load people, users of every role, and pick some whose files show much."""
    take_secrets(folder)
    take_tables(folder)
    with opened(folder):
        from django.test import override_settings
        from django.utils import timezone

        from anlao.office.rehearsal import cards, cases
        from anlao.office.rehearsal.assessments import assess_some
        from anlao.office.rehearsal.people import people_a_county

        at, today = timezone.now(), timezone.localdate()
        _load(people, at - timedelta(days=40))
        with override_settings(PASSWORD_HASHERS=[_QUICK]):  # nobody will use these passwords
            people_a_county(COUNTY, day=date(2026, 1, 1), at=at)
        young = neighbours.settle(today, at)
        _set_passwords()
        assessments = assess_some(COUNTY, day=today, at=at)
        recovery = _second_factor("town19", at)
        picked = _picked(today) | {"recovery": recovery, "assessments": assessments}
        picked["young"] = young
        neighbours.found(today, timezone.now())
        taken = cases.take_some(COUNTY, day=today, at=timezone.now())
        handed_out = cards.hand_out(COUNTY, day=today, at=timezone.now())
        picked["with_cards"] = handed_out[0].elder
        picked["card"] = [handed_out[0].number, handed_out[0].code, f"{handed_out[0].born:%Y%m%d}"]
        avoid = [picked["rich"]["pk"], picked["long"], picked["neighbour"]]
        overdue.propose(COUNTY, avoid, today, at=timezone.now())
        picked["supposed"] = supposed.expected(COUNTY, avoid, today, folder)
        picked["told"] = _told(today)
        return picked | {"lists": _told_to_the_public(folder, today), "cases": taken}


def _load(people: Path, at: datetime) -> None:
    from anlao.office.registry.loading import load_population

    load_population(
        people=people,
        identities=people.with_suffix(".identity.parquet"),
        history=people.with_suffix(".history.csv"),
        county=COUNTY,
        by="rehearsal",
        at=at,
    )


def _set_passwords() -> None:
    """Give everybody the same password, which only newcomers have to change."""
    from django.contrib.auth.hashers import make_password

    from anlao.office.organisations.models import User

    User.objects.update(password=make_password(PASSWORD), must_change_password=False)
    User.objects.filter(username__in=NEWCOMERS).update(must_change_password=True)


def _second_factor(username: str, at: datetime) -> list[str]:
    """Give somebody an app that is nowhere, and return her recovery codes."""
    from anlao.office.organisations import factors
    from anlao.office.organisations.models import Authenticator, User

    user = User.objects.get(username=username)
    Authenticator.objects.create(
        user=user,
        kind="app",
        name="我的手机",
        secret=factors.sealed(factors.new_secret(), user),
        added_at=at,
    )
    return factors.new_codes(user, at=at)


def _picked(today: date) -> dict[str, Any]:
    from django.utils import timezone

    from anlao.office.benefits import deciding
    from anlao.office.benefits import queries as benefits
    from anlao.office.divisions.models import Division
    from anlao.office.registry.identity import set_phone
    from anlao.office.registry.models import Elder
    from anlao.office.registry.names import searched_initials
    from anlao.office.rehearsal import awards, homes, registers
    from anlao.office.shared import scope
    from anlao.places import divisions

    month, now = deciding.month_of(today), timezone.now()
    homes.place_homes([place.code for place in divisions.within(COUNTY, "township")], at=now)
    codes = [place.code for place in divisions.within(COUNTY, "township")]
    registers.fill_registers(COUNTY, codes, day=today, at=now)
    first = deciding.decide_division(COUNTY, month, known_at=now, today=today, by="browser")
    awards.pay_out(first, at=now)
    deciding.decide_everywhere(month, known_at=timezone.now(), today=today, by="browser")
    runs = _paid(month.first_day)
    with scope.within(scope.WHOLE_OFFICE):
        living = list(Elder.objects.filter(state="living").order_by("pk")[:80])

        def shows(elder: Elder) -> int:
            found = benefits.entitlements(elder, month, known_at=timezone.now(), language="zh")
            return 3 * min(len(found.granted), 3) + min(len(found.unknown), 3)

        rich = max(living, key=shows)
        set_phone(rich, PHONE)
        rich.address = "东门路28号3单元"
        rich.save()
        other = next(one for one in living if one.division_code[:9] != rich.division_code[:9])
        long_named = next(one for one in living if one.pk not in (rich.pk, other.pk))
        long_named.name, long_named.initials = LONG_NAME, searched_initials(LONG_NAME)
        long_named.save()
        dead = Elder.objects.filter(state="deceased").order_by("pk").first()
        assert dead is not None
        townships = list(Division.objects.filter(parent_id=COUNTY).order_by("code"))
        town = [one.code for one in townships].index(rich.division_code[:9]) + 1
        village = Division.objects.get(code=rich.division_code)
        return {
            "rich": {"pk": rich.pk, "name": rich.name, "initials": rich.initials.split()[0]},
            "village": village.name,
            "town": f"town{town}",
            "neighbour": other.pk,
            "long": long_named.pk,
            "dead": dead.pk,
            "runs": runs,
        }


def _paid(month: date) -> dict[str, str]:
    """Pay the month before, take back what somebody got after her death, decide this month."""
    from django.utils import timezone

    from anlao.office.payments.calendar import plus
    from anlao.office.payments.models import Line, Recovery, Transfer
    from anlao.office.registry import operations
    from anlao.office.registry.operations import Ground
    from anlao.office.rehearsal import payments
    from anlao.office.shared import scope

    before = payments.pay(COUNTY, month=plus(month, -1), at=timezone.now())
    with scope.within(scope.WHOLE_OFFICE):
        line = Line.objects.filter(run=before, state="owed").order_by("-pk").first()
        assert line is not None
        assert line.elder is not None
        day = plus(month, -2)
        operations.record(
            elder=line.elder,
            facts={"death_date": day},
            start=day,
            ground=Ground("死亡证明"),
            by="clerk",
            at=timezone.now(),
        )
    correction = payments.decide(COUNTY, before.month, parent=before)
    with scope.within(scope.WHOLE_OFFICE):
        payments.approve(correction)
    now = payments.decide(COUNTY, month)
    extra = _planned_and_checked(before, month)
    with scope.within(scope.WHOLE_OFFICE):
        returned = Transfer.objects.filter(run=before, state="returned").first()
        held = Line.objects.filter(run=now, state="held").first()
        recovery = Recovery.objects.get()
        assert returned is not None
        assert held is not None
        return {
            "closed": f"/payments/{before.pk}",
            "open": f"/payments/{now.pk}",
            "correction": f"/payments/{correction.pk}",
            "returned": f"/payments/{before.pk}/lines/{returned.line_id}",
            "held": f"/payments/{now.pk}/lines/{held.pk}",
            "township": f"/payments/{now.pk}/townships/{held.division_code[:9]}",
            "recovery": f"/payments/recoveries/{recovery.pk}",
            "paid": f"/elders/{returned.line.elder_id}/payments",
        } | extra


def _planned_and_checked(run: Any, month: date) -> dict[str, str]:
    """Enter budgets, verify a paid run by a sample, forecast what a raise costs."""
    from django.utils import timezone

    from anlao.office.benefits import forecasting
    from anlao.office.payments import budgets, queries, verifying
    from anlao.office.payments.calendar import plus
    from anlao.office.payments.ledger import Share
    from anlao.office.shared import scope

    now = timezone.now()
    with scope.within(scope.WHOLE_OFFICE):
        for provision in {heap.provision for heap in queries.heaps(run)}:
            told = budgets.Told(
                COUNTY, run.month.year, "county", provision, 200_000_000, "预算批复（测试）"
            )
            budgets.enter(told, by="finance", at=now)
        share = Share("", "county", 500_000_000)
        budgets.give(COUNTY, share, day=run.month, ground="拨款单（测试）", by="finance", at=now)
        wanted = verifying.Wanted(900, 100, 100)
        sample = verifying.draw(run, wanted, seed="seed", by="approver", at=now)
        for one, result in zip(verifying.items(sample), _FOUND, strict=False):
            found = verifying.Found("call", result)
            verifying.record(one.item, found, by="approver", at=now)
        asked = forecasting.Asked(COUNTY, plus(month, 1), 12, ("old_age_allowance[80-89]=80",), {})
        made = forecasting.make(asked, known_at=now, today=timezone.localdate(now), by="leader")
    return {
        "samples": f"/payments/{run.pk}/samples",
        "sample": f"/payments/{run.pk}/samples/{sample.pk}",
        "forecast": f"/figures/forecast/{made.pk}",
    }


def _told(today: date) -> dict[str, str]:
    """Make messages of what has happened; return the pages of one that an elder got."""
    from django.utils import timezone

    from anlao.office.messages.models import Message
    from anlao.office.messages.sweeping import sweep
    from anlao.office.shared import scope

    with scope.within(scope.WHOLE_OFFICE):
        sweep(COUNTY, day=today, at=timezone.now(), by="nightly")
        message = Message.objects.filter(elder__state="living").order_by("-pk").first()
    assert message is not None
    return {
        "message": f"/messages/{message.pk}",
        "elder": f"/elders/{message.elder_id}/messages",
    }


def _told_to_the_public(folder: DataFolder, today: date) -> dict[str, Any]:
    """Publish this year's service list, begin the next, record whom to ask, count figures.

    The county shows who received the old-age allowance, with the sums.
    """
    from django.utils import timezone

    from anlao.office.benefits.models import DecidedMonth
    from anlao.office.disclosure import recipients, telling
    from anlao.office.disclosure.models import PublicInstitution
    from anlao.office.rehearsal.lists import publish_a_list
    from anlao.office.service_list import contacts, statistics
    from anlao.office.service_list.models import Edition
    from anlao.office.shared import scope

    at = timezone.now()
    statistics.publish(DecidedMonth.objects.get(division_code=COUNTY, is_latest=True))
    telling.tell(COUNTY, day=today, at=at)
    own = folder.path / "disclosure" / f"{COUNTY}.yaml"
    own.parent.mkdir(exist_ok=True)
    own.write_text(_LISTS, "utf-8")
    recipients.publish(COUNTY, day=today, at=at)
    held = publish_a_list(COUNTY, day=today, at=at)
    with scope.within(scope.WHOLE_OFFICE):
        contacts.record(
            division=COUNTY, name="遂昌县民政局养老服务科", phone="000-0000000",
            address="（测试地址）", hours="工作日", by="clerk", at=at,
        )  # fmt: skip
        draft = Edition.objects.get(division_code=COUNTY, state="draft")
        first = held.items.order_by("place").first()
        mine = draft.items.order_by("place").first()
        assert first is not None
        assert mine is not None
        return {
            "published": held.pk, "item": first.pk, "draft": draft.pk, "draft_item": mine.pk,
            "paid": recipients.periods(COUNTY, today)[-1],
            "home": PublicInstitution.objects.exclude(point="").order_by("pk")[0].pk,
        }  # fmt: skip


def age(folder: DataFolder, session: Path) -> dict[str, Any]:
    """Let a session have been left alone for hours; the office's database must be running."""
    import os

    os.environ["ANLAO_DATA"] = str(folder.path)
    os.environ["DJANGO_SETTINGS_MODULE"] = "anlao.office.project.settings"
    import django

    django.setup()
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore(str(session))
    store["seen_at"] -= 4 * 3600
    store.save()
    return {}


if __name__ == "__main__":
    acts: dict[str, Callable[..., dict[str, Any]]] = {"fill": fill, "age": age}
    act, where, *more = sys.argv[1:]
    found = acts[act](DataFolder(Path(where)), *(Path(one) for one in more))
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")

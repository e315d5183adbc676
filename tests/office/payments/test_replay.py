"""Three years of payments with all that goes wrong in them come out to the fen as the rules say.

The rules are asked again at the end by the plain engine, one elder and month at a time, knowing
nothing of runs.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Sum

from anlao.office.benefits import queries as benefits
from anlao.office.benefits.models import Award
from anlao.office.benefits.rulebooks import program_for
from anlao.office.payments import ledger, queries, recovering, reissuing
from anlao.office.payments.calendar import months_between, plus
from anlao.office.payments.models import Line, Recovery, RecoveryStep, Run, Transfer
from anlao.office.registry import operations as registry
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground, NothingToRecord
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.rules.engines import reference
from anlao.rules.periods import Month
from tests.office.county import COUNTY, VILLAGE_A1, VILLAGE_A2, VILLAGE_B, VILLAGE_N, County, elder
from tests.office.payments import months
from tests.office.payments.months import AGE, CARE

pytestmark = [pytest.mark.usefixtures("committed"), pytest.mark.slow]
FIRST, AFTER = date(2026, 1, 1), date(2029, 1, 1)
PEOPLE = 22
_RATES = """
severe_disability_care_rate:
  - from: 2021-01-01
    until: 2027-07-01
    value: {{1: 500, 2: 250, 3: 125}}
    source: {{document: 测试, article: 第一条}}
  - from: 2027-07-01
    value: {{1: {raised}, 2: 250, 3: 125}}
    source: {{document: 测试, article: 第二条}}
"""


@pytest.fixture
def rates() -> Iterator[Path]:
    """Local rates that the test may change; afterwards there are none."""
    folder = Path(settings.DATA.rates)
    folder.mkdir(exist_ok=True)
    file = folder / "suichang.yaml"
    file.write_text(_RATES.format(raised=500), "utf-8")
    yield file
    file.unlink()


class Story:
    """What happens to the people of the county, month by month, and when the office hears of it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - nothing here is secret
        self.people: list[Elder] = []
        self.dead: set[int] = set()

    def begin(self) -> None:
        for number in range(PEOPLE):
            born = date(2026 - self.chance.randrange(76, 101), self.chance.randrange(1, 13), 15)
            poor = self.chance.random() < 0.5
            with scope.within(WHOLE_OFFICE):
                her = elder(
                    f"{'赵钱孙李周吴郑王'[number % 8]}{'金银铜铁锡'[number % 5]}{number}",
                    self.chance.choice((VILLAGE_A1, VILLAGE_A2, VILLAGE_B)),
                    born=born,
                    economic_status="dibao" if poor else "ordinary",
                    capability_level=4 if poor else 0,
                    assessed_on=date(2025, 6, 1),
                    care_setting="home",
                    severe_disability_subsidy=False,
                    ltci_benefit=False,
                    dementia=False,
                )
            for provision in (AGE, CARE):
                months.award(her, provision, since=date(2025, 12, 1))
            months.account(her)
            self.people.append(her)

    def happen(self, month: date) -> None:
        """Let some things become known in a month, which happened up to four months before."""
        heard = months.at(month.replace(day=4))
        for her in self.chance.sample(self.people, 3):
            if her.pk in self.dead:
                continue
            day = month - timedelta(days=self.chance.randrange(1, 120))
            what = self.chance.choice(("death", "move", "poorer", "richer", "birthday", "care"))
            self._record(her, what, max(day, date(2025, 12, 2)), heard)

    def _record(self, her: Elder, what: str, day: date, heard: datetime) -> None:
        changes: dict[str, tuple[dict[str, Any], date]] = {
            "death": ({"death_date": day}, day),
            "move": ({"hukou": VILLAGE_N, "hukou_since": day}, day),
            "poorer": ({"economic_status": "dibao", "capability_level": 4}, day),
            "richer": ({"economic_status": "ordinary"}, day),
            "birthday": ({"birth_date": self._other_birthday(her)}, date(1900, 1, 1)),
            "care": ({"care_setting": self.chance.choice(("home", "home_bed"))}, day),
        }
        facts, start = changes[what]
        if what == "death":
            self.dead.add(her.pk)
        with scope.within(WHOLE_OFFICE), suppress(NothingToRecord):
            registry.record(
                elder=Elder.objects.get(pk=her.pk),
                facts=facts,
                start=start,
                ground=Ground("变动"),
                by="clerk",
                at=heard,
                follow=False,
            )

    def _other_birthday(self, her: Elder) -> date:
        assert her.birth_date is not None
        return her.birth_date + timedelta(days=self.chance.choice((-400, -31, 31, 400)))


def test_three_years_come_out_to_the_fen(county: County, rates: Path) -> None:
    del county
    story = Story(20260)
    story.begin()

    for month in months_between(FIRST, AFTER):
        story.happen(month)
        if month == date(2027, 10, 1):  # raised for months that are over
            rates.write_text(_RATES.format(raised=520), "utf-8")
        _pay(month, story)
        if month.month % 4 == 0:
            _somebody_pays_back(month)

    last = _last_run()
    assert last.known_at is not None
    owed, wanted = _owed(), _reckoned(story, last.known_at)
    assert {key: fen for key, fen in owed.items() if fen} == {
        key: fen for key, fen in wanted.items() if fen
    }
    _the_money_is_where_the_lines_say()
    with scope.within(WHOLE_OFFICE):
        assert list(ledger.verify(COUNTY)) == []
        # The story was worth telling: each of these happened.
        assert Recovery.objects.filter(state="settled").exists()
        assert RecoveryStep.objects.filter(kind="offset").exists()
        assert Transfer.objects.filter(state="returned").exists()
        assert Line.objects.filter(month__lt=date(2027, 10, 1), run__month=date(2027, 10, 1))


def _pay(month: date, story: Story) -> None:
    """Pay a month as its people would; some payments come back and are sent anew."""
    failing = tuple(her.pk for her in story.chance.sample(story.people, 2))
    run = months.decided(month)
    _clear(run)
    run = months.approved(run)
    if _has_transfers(run):
        months.sent(run)
        months.answered(run, failing=failing)
    months.closed(run)
    with scope.within(WHOLE_OFFICE):
        returned = reissuing.returned(COUNTY)
    if not returned:
        return
    for one in returned:
        her = next(her for her in story.people if f"elder:{her.pk}" == one.subject)
        months.account(her, f"6228{story.chance.randrange(10**12):012d}")
    again = months.opened(month, kind="reissue", parent=run)
    with scope.within(WHOLE_OFFICE):
        again = reissuing.prepare(again, by=months.MAKER, at=months.at(month.replace(day=20)))
    months.approved(again)
    months.sent(again)
    months.answered(again)
    months.closed(again)


def _somebody_pays_back(month: date) -> None:
    """Let the family with the least to pay back do so, the first time only a part."""
    when = months.at(month.replace(day=25))
    with scope.within(WHOLE_OFFICE):
        waiting = list(queries.recoveries((COUNTY,), state="open"))
        found = min(waiting, key=recovering.balance, default=None)
        if found is None:
            return
        owed = recovering.balance(found)
        part = owed // 3 if month.year == FIRST.year and owed > 3 else owed
        doing = recovering.Doing("finance", when, "家属退回")
        recovering.repay(found, fen=part, day=when.date(), doing=doing)


def _clear(run: Run) -> None:
    """Look into what waits, so that everything decided is paid."""
    from anlao.office.payments import lines, operations

    with scope.within(WHOLE_OFFICE):
        for why in (lines.DECEASED, lines.SAME_PERSON):
            operations.clear_all(
                run, why, place="", reason="已核", by=months.MAKER, at=months.at(run.month)
            )
        run.refresh_from_db()
        assert not queries.waiting(run)


def _has_transfers(run: Run) -> bool:
    with scope.within(WHOLE_OFFICE):
        return Transfer.objects.filter(run=run).exists()


def _last_run() -> Run:
    with scope.within(WHOLE_OFFICE):
        return Run.objects.exclude(kind="reissue").latest("pk")


def _owed() -> dict[tuple[int, str, str], int]:
    """Return what the runs came to, by elder, provision and month."""
    found: dict[tuple[int, str, str], int] = defaultdict(int)
    with scope.within(WHOLE_OFFICE):
        for line in Line.objects.filter(state__in=("owed", "charged")):
            assert line.elder_id is not None
            found[(line.elder_id, line.provision, line.period)] += line.fen
    return dict(found)


def _reckoned(story: Story, known_at: datetime) -> dict[tuple[int, str, str], int]:
    """Return what the plain engine says of every elder and month, of what was known at the end."""
    program = program_for(COUNTY)
    found = {}
    with scope.within(WHOLE_OFFICE):
        held = set(Award.objects.filter(known__upper_inf=True).values_list("elder", "provision"))
        for her in story.people:
            her = Elder.objects.get(pk=her.pk)
            for month in months_between(FIRST, AFTER):
                facts = benefits.facts_of_months(her, Month.of(month), known_at=known_at)
                for decision in reference.decide(program.month(Month.of(month)), facts):
                    provision = decision.provision.id
                    if (her.pk, provision) in held and decision.outcome == "yes":
                        assert decision.fen is not None
                        found[(her.pk, provision, f"{month:%Y-%m}")] = decision.fen
    return found


def _the_money_is_where_the_lines_say() -> None:
    with scope.within(WHOLE_OFFICE):
        owed = Line.objects.filter(state="owed").aggregate(fen=Sum("fen"), kept=Sum("offset_fen"))
        paid = Transfer.objects.filter(state="paid").aggregate(fen=Sum("fen"))["fen"]
        charged = Line.objects.filter(state="charged").aggregate(fen=Sum("fen"))["fen"]
        back = RecoveryStep.objects.filter(kind="repaid").aggregate(fen=Sum("fen"))["fen"]
        open_now = sum(recovering.balance(one) for one in Recovery.objects.all())
    assert paid == owed["fen"] - owed["kept"]
    assert open_now == -charged - owed["kept"] + back
    assert plus(FIRST, 36) == AFTER

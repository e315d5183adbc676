"""At night, assessments that are due are asked for, where the locality's settings say so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from tests.office.county import County, everywhere

from anlao.office.assessments.local import LocalSettingsRefused, in_force
from anlao.office.assessments.models import Assessment
from anlao.office.interfaces.tasks.assessments import ask_for_due_assessments
from anlao.office.registry.operations import Ground, record


@pytest.fixture
def chosen(founded: County) -> Iterator[Path]:
    del founded
    path = Path(settings.DATA.path) / "assessments.yaml"
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def long_ago(county: County, committed: None) -> None:
    """a1 was assessed so long ago that her next one is due, b1 not so long ago."""
    del committed
    today = timezone.localdate()
    with transaction.atomic(), everywhere():
        for key, days in (("a1", 370), ("b1", 300)):
            record(
                elder=county.elders[key],
                facts={"capability_level": 1, "assessed_on": today - timedelta(days)},
                start=today - timedelta(days),
                ground=Ground("名单"),
                by="clerk",
                at=timezone.now(),
            )


def asked() -> list[tuple[str, str, str]]:
    with transaction.atomic(), everywhere():
        rows = Assessment.objects.values_list("elder__name", "asked_by", "reason")
        return list(rows)


@pytest.mark.usefixtures("long_ago")
def test_nobody_is_asked_for_unless_the_locality_wants_it() -> None:
    assert ask_for_due_assessments() == 0
    assert asked() == []


@pytest.mark.usefixtures("long_ago")
def test_whoever_is_due_is_asked_for_once(county: County, chosen: Path) -> None:
    chosen.write_text("gbt42195-2022: {ask_when_due: true}", "utf-8")

    assert ask_for_due_assessments() == 1
    assert ask_for_due_assessments() == 0
    assert asked() == [(county.elders["a1"].name, "automatic", "routine")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gbt42195-2022: {validity_months: 0.5}", "whole number"),
        ("gbt42195-2022: {validity_months: -1}", "whole number"),
        ("gbt42195-2022: {vailidity_months: 24}", "no setting"),
        ("gbt42195-2022: {reasons_together: both}", "one_in_all"),
        ("gbt42195-2022: 24", "settings by name"),
        ("- a", "settings by name"),
        ("{", "cannot be read"),
    ],
)
def test_settings_that_cannot_be_are_refused(chosen: Path, text: str, says: str) -> None:
    chosen.write_text(text, "utf-8")

    with pytest.raises(LocalSettingsRefused, match=says):
        in_force()


def test_what_the_locality_chose_holds_and_the_rest_stays(chosen: Path) -> None:
    chosen.write_text("gbt42195-2022: {validity_months: 24}", "utf-8")

    assert in_force().whole("validity_months") == 24
    assert in_force().whole("reassess_after_months") == 12

"""An instrument is read whole and right, or refused with every problem named."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from tests.office.assessments.builders import OLDER, SCALE

from anlao.office.assessments.instrument.load import (
    CODES,
    InstrumentError,
    NoSuchInstrument,
    instruments,
    load,
    read,
)
from anlao.office.assessments.instrument.model import SettingNotAllowed, UnknownSetting

SHIPPED = files("anlao.office.assessments.instrument").joinpath("gbt42195-2022.yaml")
TEXT = SHIPPED.read_text("utf-8")
OLDER_TEXT = (
    files("anlao.office.assessments.instrument").joinpath("mzt039-2013.yaml").read_text("utf-8")
)

# The table of annex B as our notes transcribe it, written again so that the file is not its own
# proof.
MAXIMA = {
    "B.1": [4, 4, 4, 4, 4, 4, 4, 4],
    "B.2": [4, 4, 4, 3],
    "B.3": [4, 4, 4, 4, 4, 4, 1, 1, 2],
    "B.4": [2, 2, 4, 3, 4],
}


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., list[tuple[str, str]]]:
    def problems_after(*changes: tuple[str, str], text: str = TEXT) -> list[tuple[str, str]]:
        for before, after in changes:
            assert before in text
            text = text.replace(before, after, 1)
        path = tmp_path / "scale.yaml"
        path.write_text(text, "utf-8")
        with pytest.raises(InstrumentError) as caught:
            read(path)
        return [(problem.code, problem.message) for problem in caught.value.problems]

    return problems_after


def test_the_national_scale_has_the_items_and_maxima_of_the_standard() -> None:
    assert {
        group.code: [item.max_score for item in group.items] for group in SCALE.groups
    } == MAXIMA
    assert [group.max_score for group in SCALE.groups] == [32, 15, 28, 15]
    assert SCALE.max_score == 90
    assert len(SCALE.items) == 26
    assert [item.code for item in SCALE.items] == [
        f"{group}.{n}" for group, maxima in MAXIMA.items() for n in range(1, len(maxima) + 1)
    ]


def test_every_option_of_every_item_has_a_text_in_both_languages() -> None:
    for item in SCALE.items:
        assert [option.score for option in item.options] == list(range(item.max_score, -1, -1))
        assert all(option.guidance.zh and option.guidance.en for option in item.options)
        assert [item.option(option.score) for option in item.options] == list(item.options)


def test_options_of_one_item_never_say_the_same() -> None:
    for item in SCALE.items:
        texts = [option.guidance.zh for option in item.options]
        assert len(set(texts)) == len(texts)


def test_the_bands_are_those_of_the_standard() -> None:
    assert [(level.code, level.lowest_total, level.highest_total) for level in SCALE.levels] == [
        (0, 90, 90),
        (1, 66, 89),
        (2, 46, 65),
        (3, 30, 45),
        (4, 0, 29),
    ]


def test_the_level_changes_look_at_the_boxes_of_annex_a() -> None:
    assert {rule.id: rule.field for rule in SCALE.level_changes} == {
        "coma": "A.5.11",
        "dementia_or_mental_disorder": "A.4.1",
        "care_risk_events": "A.2.14",
    }


def test_diagnoses_carry_the_icd_spans_that_the_level_changes_name() -> None:
    field = SCALE.field_of("A.4.1")

    assert field is not None
    spans = {choice.id: choice.icd10 for choice in field.choices}
    assert spans["dementia"] == "F00-F03"
    assert spans["mental_disorder"] == "F04-F99"
    assert [choice.number for choice in field.choices] == list(range(1, 24))


def test_the_older_standard_keeps_four_levels_and_two_mappings() -> None:
    assert [level.code for level in OLDER.levels] == [0, 1, 2, 3]
    assert OLDER.maps_into == SCALE.id
    assert set(OLDER.level_mappings) == {"same_number", "heaviest_to_heaviest"}
    assert all(set(m.values()) <= {0, 1, 2, 3, 4} for m in OLDER.level_mappings.values())


def test_both_instruments_are_shipped_and_no_other_is_invented() -> None:
    assert instruments() == ("gbt42195-2022", "mzt039-2013")
    with pytest.raises(NoSuchInstrument, match="did you mean gbt42195-2022"):
        load("gbt42195-2023")


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ([("max: 32", "max: 33")], "A001", "the items of B.1 add up to 32, max says 33"),
        ([("max_score: 90", "max_score: 91")], "A001", "the groups add up to 90"),
        ([("          - {score: 3, zh: 自己上下", "          - {score: 2, zh: 自己上下")], "A002",
         "B.2.4 has options for [2, 2, 1, 0]"),
        ([("code: B.1.2,", "code: B.1.1,")], "A003", "B.1.1 is used twice"),
        ([("id: lost, number: 2", "id: fall, number: 2")], "A003", "two choices with one id"),
        ([("from: 66, to: 89", "from: 67, to: 89")], "A004", "its band must end at 66"),
        ([("from: 66, to: 89", "from: 65, to: 89")], "A004", "its band must end at 64"),
        ([("from: 0, to: 29", "from: 1, to: 29")], "A004", "totals 0 to 0 have no level"),
        ([("default: one_in_all", "default: none_at_all")], "A005", "none_at_all is no value"),
        ([("diagnoses: [dementia]", "diagnoses: [demensia]")], "A006", "no diagnosis demensia"),
        ([("field: A.5.11", "field: A.5.13")], "A006", "looks at A.5.13"),
        ([("scale: help4", "scale: help5")], "A006", "no scale help5"),
        ([("when: coma", "when: asleep")], "A007", "when cannot be asleep"),
        ([("    within_days: 30\n", "")], "A008", "needs at_least and within_days"),
        ([("    default: 12\n", "    defualt: 12\n")], "Y010", "no key defualt"),
    ],
)  # fmt: skip
def test_a_broken_scale_is_refused_with_the_place(
    broken: Callable[..., list[tuple[str, str]]],
    changes: list[tuple[str, str]],
    code: str,
    message: str,
) -> None:
    found = broken(*changes)

    assert any(code == given and message in text for given, text in found)


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (("same_number: {0: 0, ", "same_number: {"), "A005", "must name every level once"),
        (("  same_number: {", "  same: {"), "A005", "has no choice same"),
    ],
)
def test_a_mapping_that_leaves_a_level_out_is_refused(
    broken: Callable[..., list[tuple[str, str]]],
    change: tuple[str, str],
    code: str,
    message: str,
) -> None:
    found = broken(change, text=OLDER_TEXT)

    assert any(code == given and message in text for given, text in found)


def test_all_problems_are_reported_at_once(
    broken: Callable[..., list[tuple[str, str]]],
) -> None:
    found = broken(
        ("max: 32", "max: 33"), ("from: 66, to: 89", "from: 67, to: 89"), ("when: coma", "when: x")
    )

    assert {"A001", "A004", "A007"} <= {code for code, _ in found}


def test_every_problem_code_is_explained() -> None:
    assert sorted(CODES) == [f"A00{n}" for n in range(1, 9)]
    assert all(CODES.values())


def test_a_setting_can_be_chosen_and_only_as_it_may() -> None:
    assert SCALE.settings(validity_months=24).whole("validity_months") == 24
    assert SCALE.settings()["reasons_together"] == "one_in_all"
    with pytest.raises(SettingNotAllowed):
        SCALE.settings(reasons_together="three")
    with pytest.raises(SettingNotAllowed):
        SCALE.settings(validity_months=-1)
    with pytest.raises(SettingNotAllowed):
        SCALE.settings(validity_months=True)
    with pytest.raises(SettingNotAllowed):
        SCALE.settings(other_events_count=1)
    with pytest.raises(UnknownSetting):
        SCALE.settings(validity="long")


def test_every_setting_is_explained_in_the_readme() -> None:
    readme = files("anlao.office.assessments").joinpath("README.md").read_text("utf-8")

    for instrument in (SCALE, OLDER):
        for setting in instrument.settings_known:
            assert f"`{setting.id}`" in readme
            for choice in setting.choices:
                assert f"`{choice}`" in readme

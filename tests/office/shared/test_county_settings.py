"""Settings of a county: its own file or the usual one, read anew when changed, refused in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pytest
import yaml
from django.test import override_settings
from pydantic import Field, model_validator

from anlao.office.database.folder import DataFolder
from anlao.office.shared.county_settings import Part, Reader, Sourced, TermsRefused, in_every

COUNTY, NEIGHBOUR = "331123", "331124"
USUAL = {"days": 5, "ways": ["letter"], "sources": {"days": "第三条", "ways": "第四条"}}


class Terms(Sourced):
    WITH_THEIR_OWN: ClassVar = frozenset({"limits"})
    days: Annotated[int, Field(ge=1, le=30)]
    ways: list[Literal["letter", "sms"]]
    limits: dict[str, int] | None = None
    grace: int | None = None

    @model_validator(mode="after")
    def _has_a_way(self) -> Terms:
        if not self.ways:
            raise TermsRefused("没有方式", "there is no way")
        return self


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader[Terms]]:
    usual = tmp_path / "terms.yaml"
    usual.write_text(yaml.safe_dump(USUAL), "utf-8")
    with override_settings(DATA=DataFolder(tmp_path / "office")):
        yield Reader("visits", Terms, usual=usual)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Where the county's own file goes; the usual one lies beside no county."""
    file = tmp_path / "office" / "visits" / f"{COUNTY}.yaml"
    file.parent.mkdir(parents=True)
    return file


def write(file: Path, **changes: object) -> None:
    file.write_text(yaml.safe_dump(USUAL | changes, allow_unicode=True), "utf-8")


def refusal(reader: Reader[Terms]) -> TermsRefused:
    with pytest.raises(TermsRefused) as refused:
        reader.of(COUNTY)
    return refused.value


@pytest.mark.parametrize("division", [COUNTY, f"{COUNTY}001", f"{COUNTY}001007"])
def test_a_county_goes_by_its_file_down_to_the_village(
    reader: Reader[Terms], own: Path, division: str
) -> None:
    write(own, days=7)

    assert reader.of(division).days == 7


@pytest.mark.parametrize("division", [NEIGHBOUR, COUNTY[:4], ""])
def test_whoever_has_no_file_goes_by_the_usual_one(
    reader: Reader[Terms], own: Path, division: str
) -> None:
    write(own, days=7)

    assert reader.of(division).days == USUAL["days"]


def test_an_office_without_a_folder_goes_by_the_usual_one(reader: Reader[Terms]) -> None:
    assert reader.of(COUNTY).days == USUAL["days"]


def test_a_file_is_read_once_until_it_changes(reader: Reader[Terms], own: Path) -> None:
    write(own, days=7)
    first, second = reader.of(COUNTY), reader.of(f"{COUNTY}001")
    write(own, days=8)
    os.utime(own, ns=(0, 0))
    third = reader.of(COUNTY)
    own.unlink()
    fourth = reader.of(COUNTY)

    assert first is second
    assert [first.days, third.days, fourth.days] == [7, 8, USUAL["days"]]


def test_a_file_that_is_mended_is_taken_at_once(reader: Reader[Terms], own: Path) -> None:
    write(own, days=0)
    refusal(reader)

    write(own, days=12)

    assert reader.of(COUNTY).days == 12


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({"days": 0}, "days：不得小于1", "days: is less than 1"),
        ({"days": 31}, "days：不得大于30", "days: is more than 30"),
        ({"days": "soon"}, "days：应为整数", "days: is no whole number"),
        ({"days": None}, "days：应为整数", "days: is no whole number"),
        ({"ways": "letter"}, "ways：应为列表", "ways: is no list"),
        ({"ways": ["pigeon"]}, "ways.0：不在可选之列", "ways.0: is none of 'letter' or 'sms'"),
        ({"limits": []}, "limits：应为按名称列出", "limits: holds no settings by name"),
        ({"surprise": 1}, "surprise：没有这项设置", "surprise: is no setting"),
        ({"sources": {"ways": ""}}, "没有写明依据：days", "no source is named for days"),
        ({"ways": []}, "没有方式", "there is no way"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_is_named(
    reader: Reader[Terms], own: Path, changes: dict[str, object], zh: str, en: str
) -> None:
    write(own, **changes)

    refused = refusal(reader)

    assert refused.zh.startswith(f"visits/{COUNTY}.yaml：{zh}")
    assert refused.zh.endswith("写法见visits/terms.yaml")
    assert refused.en.startswith(f"visits/{COUNTY}.yaml: {en}")
    assert refused.en.endswith("visits/terms.yaml shows how")
    assert str(refused) == refused.en


def test_all_that_is_wrong_is_told_at_once(reader: Reader[Terms], own: Path) -> None:
    own.write_text("surprise: {brace: 1}\nsources: {}\n", "utf-8")

    said = refusal(reader).en

    assert "days: is missing; ways: is missing; surprise: is no setting" in said


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        (b"", "应为按名称列出", "holds no settings by name"),
        (b"days: 5\nways: [letter\n", "第3行：", "line 3: "),
        ("days: 5 # 天\n".encode("gb18030"), "不是UTF-8编码", "is not written in UTF-8"),
        (
            b"days: 5\nways: []\ndays: 6\n",
            "第3行：days写了两次（第一次在第1行）",
            "line 3: days is writ",
        ),
        (b"days: 2026-02-30\n", "day is out of range", "day is out of range"),
        (b"days: \x07\n", "unacceptable character", "unacceptable character"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    reader: Reader[Terms], own: Path, written: bytes, zh: str, en: str
) -> None:
    own.write_bytes(written)

    refused = refusal(reader)

    assert f"visits/{COUNTY}.yaml：{zh}" in refused.zh
    assert f"visits/{COUNTY}.yaml: {en}" in refused.en


def test_a_group_that_takes_over_another_may_say_otherwise(
    reader: Reader[Terms], own: Path
) -> None:
    own.write_text(
        "limits: {a: 1, b: 2}\n"
        "<<: {days: 7, grace: 3}\n"
        "days: 9\n"
        "ways: [letter]\n"
        "sources: {days: 第三条, ways: 第四条, grace: 第五条}\n",
        "utf-8",
    )

    assert (reader.of(COUNTY).days, reader.of(COUNTY).grace) == (9, 3)


def test_what_is_no_file_is_refused_and_the_usual_one_is_not_taken_for_it(
    reader: Reader[Terms], own: Path
) -> None:
    own.mkdir()

    assert "cannot be read (Is a directory)" in refusal(reader).en


def test_nobody_is_told_where_the_office_lies(
    reader: Reader[Terms], own: Path, tmp_path: Path
) -> None:
    own.mkdir()

    refused = refusal(reader)

    assert str(tmp_path) not in refused.zh + refused.en


def test_what_is_left_open_or_says_it_itself_needs_no_source(
    reader: Reader[Terms], own: Path
) -> None:
    write(own, limits={"a": 1})
    assert reader.of(COUNTY).grace is None

    write(own, grace=3)
    assert "no source is named for grace" in refusal(reader).en


def test_a_part_that_is_read_does_not_change() -> None:
    class Pair(Part):
        zh: str

    with pytest.raises(ValueError, match="frozen"):
        Pair(zh="甲").zh = "乙"


def test_a_county_with_broken_settings_keeps_no_other_back() -> None:
    done = []

    def act(county: str) -> None:
        if county != "331124":
            raise TermsRefused(f"{county}有误", f"{county} is wrong")
        done.append(county)

    with pytest.raises(TermsRefused) as refused:
        in_every(["331123", "331124", "331125"], act)

    assert done == ["331124"]
    assert (refused.value.zh, refused.value.en) == (
        "331123有误；331125有误",
        "331123 is wrong; 331125 is wrong",
    )


def test_what_each_county_gave_is_returned() -> None:
    assert in_every(["331123", "331124"], len) == [6, 6]

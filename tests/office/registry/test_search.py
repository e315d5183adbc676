"""Search finds by any word one knows, inside one's scope only, and is logged without numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlao.office.registry import identity, search
from anlao.office.registry.models import Elder
from anlao.office.registry.queries import FEW
from anlao.office.shared import scope
from anlao.office.shared.scope import Scope
from tests.office.county import (
    SEEN,
    VILLAGE_A1,
    County,
    elder,
    everywhere,
    identity_number,
    scope_for,
)
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
DAY = date(2026, 1, 1)
CLERK = Scope(("331123",))


def find(text: str, where: Scope = CLERK) -> list[str]:
    scope.enter(where)
    found = search.find(text, scope=where, today=DAY, by="clerk", purpose="check")
    return [elder.name for elder in found.elders]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王秀英", ["王秀英"]),
        ("王", ["王秀英"]),
        ("秀英", []),
        ("wxy", ["王秀英"]),
        ("WXY", ["王秀英"]),
        ("wx", ["王秀英"]),
        ("13800000011", ["王秀英"]),
        ("1944", ["李桂兰"]),
        ("1945", []),
        ("叶坦", ["李桂兰", "王秀英"]),
        ("远路口", ["陈金妹"]),
        ("妙高", ["张水根", "李桂兰", "王秀英"]),
        ("妙高 1944", ["李桂兰"]),
        ("1944 妙高 李", ["李桂兰"]),
        ("妙高 1944 王", []),
        ("331123102", ["陈金妹"]),
        ("33112310", ["陈金妹"]),
        ("没有这个人", []),
    ],
)
def test_words_find(text: str, names: list[str]) -> None:
    assert find(text) == names


def number_of(key: str, county: County) -> str:
    return identity.identity_number_of(county.elders[key])


@pytest.mark.parametrize("key", ["a1", "a2", "a3", "b1"])
def test_an_identity_number_finds_its_elder(county: County, key: str) -> None:
    assert find(number_of(key, county)) == [county.elders[key].name]
    assert find(number_of(key, county).lower()) == [county.elders[key].name]


def test_a_last_x_may_be_small() -> None:
    births = (date(1931, 1, 1) + timedelta(days=day) for day in range(365))
    numbers = (identity_number(born, 998) for born in births)
    number = next(number for number in numbers if number.number.endswith("X"))
    made = elder("末位爱克斯", VILLAGE_A1)
    with everywhere():
        identity.set_identity_number(made, number)
        made.save()

    assert find(number.number) == ["末位爱克斯"]
    assert find(number.number.lower()) == ["末位爱克斯"]


def test_a_number_of_nobody_finds_nobody() -> None:
    assert find("110105194912310021") == []
    assert find("11010519491231002X") == []


@pytest.mark.parametrize("part", ["clerk_a", "clerk_b", "neighbour", "assessor", "provider"])
def test_outside_the_scope_nobody_is_found_by_anything(county: County, part: str) -> None:
    where = scope_for(county.cast[part])
    for key, other in county.elders.items():
        words = [other.name, other.initials.strip().split()[0], number_of(key, county)]
        words += [other.division_code, str(other.birth_date)[:4]]
        for word in words:
            expected = key in SEEN[part]
            assert (other.name in find(word, where)) is expected, (key, word)


def test_fifty_are_shown_and_it_is_said_that_there_are_more() -> None:
    with everywhere():
        Elder.objects.bulk_create(
            Elder(
                file_number=f"M{n}",
                name="众人",
                division_code=VILLAGE_A1,
                created_at="2024-01-01T00:00Z",
            )
            for n in range(FEW + 1)
        )
    scope.enter(CLERK)

    found = search.find("众人", scope=CLERK, today=DAY, by="clerk", purpose="check")

    assert (len(found.elders), found.more) == (50, True)


def test_exactly_fifty_are_all() -> None:
    with everywhere():
        Elder.objects.bulk_create(
            Elder(
                file_number=f"M{n}",
                name="众人",
                division_code=VILLAGE_A1,
                created_at="2024-01-01T00:00Z",
            )
            for n in range(FEW)
        )
    scope.enter(CLERK)

    found = search.find("众人", scope=CLERK, today=DAY, by="clerk", purpose="check")

    assert (len(found.elders), found.more) == (50, False)


def test_a_merged_file_is_not_found(county: County) -> None:
    with everywhere():
        Elder.objects.filter(pk=county.elders["a1"].pk).update(
            state="merged", merged_into=county.elders["a2"]
        )

    assert find("王秀英") == []


def test_a_search_is_logged_without_the_number(county: County) -> None:
    number = number_of("a1", county)
    find(f"{number} 13800000011")

    entry = log().order_by("-number").first()
    assert entry is not None
    assert (entry.act, entry.who, entry.purpose) == ("search_elders", "clerk", "check")
    assert number[2:] not in str(entry.after)
    assert "13800000011" not in str(entry.after)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=25))
def test_any_text_is_a_search(county: County, text: str) -> None:
    names = {county.elders[key].name for key in SEEN["clerk_b"]}

    assert set(find(text, scope_for(county.cast["clerk_b"]))) <= names


@pytest.mark.parametrize(
    "text", ["王\x00", "%", "_", "\\", "'", "１９４４", "²", "٣٣١١٢٣", "19 44"]
)
def test_signs_mean_nothing_special(text: str) -> None:
    find(text)

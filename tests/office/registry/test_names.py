"""Names are kept as they are on the card and found by what somebody types."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.faults import Fault
from anlao.office.registry import names
from anlao.office.registry.names import (
    LONGEST,
    ROOM,
    SPELLINGS,
    as_spelt,
    full_pinyin,
    normalise,
    pinyin_initials,
    searched_initials,
    surname,
)
from anlao.office.registry.surnames import COMPOUND_SURNAMES, SURNAME_READINGS

han = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
rare_han = st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF)
han_names = st.text(alphabet=st.one_of(han, rare_han), min_size=2, max_size=12)


def fault(text: str) -> str:
    found = normalise(text)
    assert isinstance(found, Fault), found
    assert found.zh
    assert found.en
    return found.code.removeprefix("name.")


@given(han_names)
def test_a_name_of_han_characters_is_kept_as_it_is(name: str) -> None:
    assert normalise(name) == name


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)

    if isinstance(once, str):
        assert normalise(once) == once
        assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize("dot", list("·・・•‧∙⋅․●᛫\u0387"))
def test_every_dot_that_people_type_becomes_the_middle_dot(dot: str) -> None:
    assert normalise(f"买买提{dot}吐尔逊") == "买买提·吐尔逊"
    assert normalise(f"买买提 {dot} 吐尔逊") == "买买提·吐尔逊"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" 张 三 ", "张三"),
        ("张\u3000三\n", "张三"),
        ("\ufeff张三\u200b", "张三"),
        ("𬭎三", "𬭎三"),
        ("\U000313f7三", "\U000313f7三"),  # extension H, newer than Python 3.11 knows
        ("葛\U000e0100三", "葛\U000e0100三"),
        ("张〇", "张〇"),
        ("John  Smith", "John Smith"),
        ("Anne-Marie O'Neill", "Anne-Marie O'Neill"),
        ("Jose\u0301 Silva", "José Silva"),
        ("ꀀꀁ", "ꀀꀁ"),
        ("བསོད་ནམས", None),
    ],
)
def test_a_name_is_kept_in_one_way_of_writing(written: str, kept: str | None) -> None:
    found = normalise(written)

    # The Tibetan syllable dot is punctuation; cards give such names in Han characters.
    assert found == kept if kept is not None else isinstance(found, Fault)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \u3000 ", "empty"),
        ("张3", "digit"),
        ("张３", "digit"),
        ("张Ⅲ", "digit"),
        ("张<b>", "character"),
        ("张&三", "character"),
        ("张三()", "character"),
        ("张-三", "character"),
        ("张'三", "character"),
        ("张\x00三", "character"),
        ("张\u202e三", "character"),
        ("张三?", "character"),
        ("张😀", "character"),
        ("\u0301张三", "character"),
        ("张\ue000", "private_character"),
        ("·张三", "dot"),
        ("买买提·", "dot"),
        ("张", "too_short"),
        ("张\U000e0100", "too_short"),
    ],
)
def test_what_is_no_name_is_a_fault(text: str, code: str) -> None:
    assert fault(text) == code


def test_a_fault_says_which_character_and_what_to_do() -> None:
    found = normalise("张3丰")

    assert isinstance(found, Fault)
    assert found.text("zh") == "姓名第2个字符“3”是数字。请按证件更正。"
    assert found.text("en").startswith("Character 2 of the name, “3”, is a digit.")


def test_the_longest_name_is_kept_and_one_longer_is_not() -> None:
    assert normalise("三" * LONGEST) == "三" * LONGEST
    assert fault("三" * (LONGEST + 1)) == "too_long"


@pytest.mark.parametrize(
    ("name", "front"),
    [
        ("张三", "张"),
        ("欧阳修", "欧阳"),
        ("欧阳", "欧"),
        ("司马相如", "司马"),
        ("诸葛亮", "诸葛"),
        ("上官婉儿", "上官"),
        ("买买提·吐尔逊", ""),
        ("John Smith", ""),
        ("", ""),
    ],
)
def test_a_surname_has_one_character_or_is_a_known_compound(name: str, front: str) -> None:
    assert surname(name) == front


@pytest.mark.parametrize(
    ("name", "spelt", "initials"),
    [
        ("单雄信", "shanxiongxin", "sxx"),
        ("曾国三", "zengguosan", "zgs"),
        ("仇英", "qiuying", "qy"),
        ("解三", "xiesan", "xs"),
        ("查三", "zhasan", "zs"),
        ("任三", "rensan", "rs"),
        ("朴三", "piaosan", "ps"),
        ("区三", "ousan", "os"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("尉三", "weisan", "ws"),
        ("万俟三", "moqisan", "mqs"),
        ("长孙三", "zhangsunsan", "zss"),
        ("吕布", "lvbu", "lb"),
        ("𬭎三", "hongsan", "hs"),
        ("买买提·吐尔逊", "maimaitituerxun", "mmttex"),
        ("John Smith", "johnsmith", "js"),
        ("\U000313f7三", "\U000313f7san", "\U000313f7s"),
    ],
)
def test_the_likeliest_reading_comes_first(name: str, spelt: str, initials: str) -> None:
    assert full_pinyin(name)[0] == spelt
    assert pinyin_initials(name)[0] == initials


def test_who_does_not_know_the_reading_of_a_surname_finds_it_too() -> None:
    assert {"sxx", "dxx", "cxx"} <= set(pinyin_initials("单雄信"))
    assert {"zhaisan", "disan"} <= set(full_pinyin("翟三"))


def test_a_character_of_several_readings_is_found_by_each() -> None:
    assert {"zhangle", "zhangyue"} <= set(full_pinyin("张乐"))


@given(han_names)
def test_spellings_are_few_different_and_never_none(name: str) -> None:
    for spellings in (full_pinyin(name), pinyin_initials(name)):
        assert 1 <= len(spellings) <= SPELLINGS
        assert len(set(spellings)) == len(spellings)


@given(han_names)
def test_initials_are_as_many_as_characters(name: str) -> None:
    assert {len(initials) for initials in pinyin_initials(name)} == {len(name)}


@pytest.mark.parametrize("character", sorted(SURNAME_READINGS))
def test_every_listed_surname_is_read_as_the_list_says(character: str) -> None:
    assert full_pinyin(character + "三")[0] == SURNAME_READINGS[character][0] + "san"


@pytest.mark.parametrize("compound", sorted(COMPOUND_SURNAMES))
def test_every_compound_surname_is_read_whole(compound: str) -> None:
    first, second = COMPOUND_SURNAMES[compound]

    assert full_pinyin(compound + "三") == (first + second + "san",)
    assert pinyin_initials(compound + "三") == (first[0] + second[0] + "s",)


@pytest.mark.parametrize(
    ("typed", "spelt"),
    [("Lǚ Bù", "lvbu"), ("lübu", "lvbu"), ("LVBU", "lvbu"), ("ou'yang xiu", "ouyangxiu"), ("", "")],
)
def test_a_spelling_is_found_however_it_is_typed(typed: str, spelt: str) -> None:
    assert as_spelt(typed) == spelt


@given(han_names)
def test_every_spelling_is_typed_as_it_is_kept(name: str) -> None:
    for spelling in (*full_pinyin(name), *pinyin_initials(name)):
        assert as_spelt(spelling) == spelling


def test_a_list_of_spellings_loses_none_of_the_likeliest() -> None:
    choices = [("a", "b", "c")] * 4

    found = names._likeliest(choices)

    assert found[0] == "aaaa"
    assert set(found[1:5]) == {"baaa", "abaa", "aaba", "aaab"}
    assert len(found) == SPELLINGS


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("曾三", 2),
        ("阿依古丽·买买提", 12),
        ("买买提" * 3, SPELLINGS),  # of nine characters: as many as there is room for
        ("买买提" * 3 + "买", 14),
        ("买买提" * 16 + "买买", 3),  # the longest there is
    ],
)
def test_of_the_initials_whole_ones_are_kept_as_far_as_there_is_room(name: str, kept: int) -> None:
    likeliest = pinyin_initials(name)[:kept]

    assert searched_initials(name) == "".join(f" {initials}" for initials in likeliest)
    assert len(likeliest) == kept


@given(st.text(alphabet=st.one_of(han, rare_han), min_size=2, max_size=LONGEST))
def test_no_initials_are_cut_and_the_likeliest_are_always_kept(name: str) -> None:
    kept = searched_initials(name)

    assert len(kept) <= ROOM
    words = kept.split(" ")[1:]
    assert words == list(pinyin_initials(name)[: len(words)])
    assert words

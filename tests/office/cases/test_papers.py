"""Papers are PDF/A with the font inside, in both languages, and rest on what was kept."""

from __future__ import annotations

import re
import zlib

import pytest

from anlao.office.benefits.provisions import rule_of
from anlao.office.cases import asking, deciding, papers
from anlao.office.cases.models import Case
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.office.shared.typeset import Paper, Section, pdf
from tests.office.cases.flow import (
    ALLOWANCE,
    APPROVER,
    LATER,
    LATER_AT,
    NOW,
    SUPPORT,
    TODAY,
    asked,
    needy,
    to_approve,
)
from tests.office.county import VILLAGE_A1, County

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def whole(db: None, county: County) -> None:
    del db, county
    scope.enter(WHOLE_OFFICE)


def text_of(paper: Paper) -> str:
    parts = [paper.title, paper.to, *paper.body]
    for section in paper.sections:
        parts += [section.title, *(cell for row in section.rows for cell in row), *section.lines]
    return "\n".join(parts)


def approved(county: County) -> Case:
    case = asking.find(
        elder=county.elders["a2"], provision=ALLOWANCE, day=TODAY, by="n", at=NOW, ground="x"
    )
    return deciding.approve(number=case.pk, by=APPROVER, at=NOW, day=TODAY)


def refused() -> Case:
    case = to_approve(needy())
    return deciding.reject(number=case.pk, reason="材料存疑", by=APPROVER, at=LATER_AT, day=LATER)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_decision_names_facts_sources_rules_and_reasons(county: County, language: str) -> None:
    case = approved(county)
    ruling = deciding.latest(case)

    paper = papers.decision(case, language)

    text = text_of(paper).replace(" ", "")
    for part in (ruling.digest, ruling.frozen["digest_of_rules"], "登记表", "60.00"):
        assert part in text
    assert ruling.frozen[language]["verdict"] in text_of(paper)
    assert ruling.clause in text_of(paper)
    made = pdf(paper)
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfaid:part" in made or b"pdfaid" in inflated(made)
    assert re.search(rb"/BaseFont\s*/[A-Z]{6}\+NotoSerifSC", made + inflated(made))
    assert b"/FontFile3" in made + inflated(made)


def inflated(made: bytes) -> bytes:
    """Return what is packed in the streams of a PDF."""
    found = b""
    for part in re.findall(rb"stream\r?\n(.*?)endstream", made, re.DOTALL):
        try:
            found += zlib.decompress(part)
        except zlib.error:
            continue
    return found


def test_a_refusal_tells_the_clause_the_reason_and_what_can_be_done() -> None:
    paper = papers.notice(refused(), "zh")

    text = text_of(paper)
    assert "材料存疑" in text
    assert "二(四)15" in text
    assert "六十日内" in text
    assert "行政复议法" in text
    assert "六个月内" in text
    assert "作出决定以外的人复核" in text


def test_an_approval_tells_from_when_and_how_much(county: County) -> None:
    text = text_of(papers.notice(approved(county), "zh"))

    assert "自2024年3月1日起" in text
    assert "每月60.00元" in text
    assert "行政复议" not in text


def test_an_application_is_printed_blank_and_filled_in() -> None:
    case = asked(needy())
    paper = asking.lacking(case)[0]
    asking.show(number=case.pk, paper=paper.zh, what="特困证 0012", by="t", at=NOW)
    rule = rule_of(VILLAGE_A1, SUPPORT)
    assert rule is not None

    filled, blank = papers.application(case, "zh"), papers.blank(VILLAGE_A1, rule, "zh")

    assert "叶素珍" in text_of(filled)
    assert "特困证 0012" in text_of(filled)
    assert "特困人员认定" in text_of(blank)
    assert "叶素珍" not in text_of(blank)
    assert pdf(filled) != pdf(blank)


def test_nothing_in_the_data_is_markup() -> None:
    rude = "#panic() $x$ *_<a> \\ [ { `"
    paper = Paper(
        "zh", rude, rude, rude, rude, [rude], [Section(rude, [[rude, rude]], lines=[rude])],
        rude, rude, rude,
    )  # fmt: skip

    assert pdf(paper).startswith(b"%PDF")

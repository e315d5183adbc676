"""A bank's answer is hostile until it fits: it is taken as a whole, or nothing of it."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlao.office.payments.bank import answers
from anlao.office.payments.bank.answers import AnswerRefused
from anlao.office.payments.models import Answer, Run, Transfer
from anlao.office.payments.refusals import RunRefused
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.safety import Upload
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import County
from tests.office.payments import months
from tests.office.payments.months import MARCH

pytestmark = pytest.mark.usefixtures("committed")
HEAD = "业务编号,金额,处理结果,失败原因"
WHEN = months.at(date(2026, 3, 15))


@pytest.fixture
def sent(county: County) -> Run:
    """A run of two payments, 60 and 100 yuan, that the bank has been told of."""
    for key in ("a1", "b1"):
        months.award(county.elders[key])
        months.account(county.elders[key])
    run = months.approved(months.decided(MARCH))
    months.sent(run)
    return run


def references(run: Run) -> list[tuple[str, int]]:
    with scope.within(WHOLE_OFFICE):
        found = Transfer.objects.filter(run=run).order_by("fen")
        return list(found.values_list("reference", "fen"))


def states(run: Run) -> list[str]:
    with scope.within(WHOLE_OFFICE):
        return list(
            Transfer.objects.filter(run=run).order_by("fen").values_list("state", flat=True)
        )


def read(run: Run, data: bytes) -> Answer:
    with scope.within(WHOLE_OFFICE):
        return answers.read(run, Upload("回盘.csv", data), by="finance", at=WHEN)


def rows(run: Run, *lines: str) -> bytes:
    """Return an answer; {0} and {1} stand for the references of 60 and 100 yuan."""
    names = [reference for reference, _ in references(run)]
    return "\n".join([HEAD, *(line.format(*names) for line in lines)]).encode()


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["P9,60.00,成功,"], "不属于本批次"),
        (["{0},60.01,成功,"], "金额与送盘不符"),
        (["{0},-60,成功,"], "金额不是"),
        (["{0},60.001,成功,"], "金额不是"),
        (["{0},1e400,成功,"], "金额不是"),
        (["{0},NaN,成功,"], "金额不是"),
        (["{0},60.00,也许,"], "不在已知结果中"),
        (["{0},60.00,成功,", "{0},60.00,失败,"], "重复"),
        (["{0},60.00,成功,", "P9,1,成功,"], "不属于本批次"),
    ],
)
def test_what_does_not_fit_is_refused_whole(sent: Run, lines: list[str], why: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        read(sent, rows(sent, *lines))

    assert why in refused.value.faults[0].zh
    assert states(sent) == ["sent", "sent"]


def test_an_answer_in_parts_is_taken_part_by_part_and_each_once(sent: Run) -> None:
    first = rows(sent, "{0},60.00,成功,")

    read(sent, first)
    with pytest.raises(RunRefused):
        read(sent, first)
    with pytest.raises(AnswerRefused):
        read(sent, rows(sent, "{0},60.00,失败,户名不符"))
    read(sent, rows(sent, "{1},100.00,退票,账户已销"))

    assert states(sent) == ["paid", "returned"]


def test_a_spreadsheet_with_numbers_for_amounts_is_read_to_the_fen(sent: Run) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["流水号", "交易金额", "交易状态"])
        for place, (reference, fen) in enumerate(references(sent), 1):
            page.write_row(place, 0, [reference, fen / 100, "已入账"])

    found = read(sent, out.getvalue())

    assert (found.paid, found.paid_fen) == (2, 16000)
    assert states(sent) == ["paid", "paid"]


@pytest.mark.parametrize("data", [b"", b"MZ\x90", b"PK\x03\x04broken", b"<html>", b"\xff\xfe\x00"])
def test_what_is_no_list_is_refused(sent: Run, data: bytes) -> None:
    with pytest.raises((FileRefused, AnswerRefused)):
        read(sent, data)


cell = st.one_of(
    st.sampled_from(["成功", "失败", "60.00", "100.00", "60", "=1+1", "{0}", "{1}", "'", '"']),
    st.text(max_size=12),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=st.lists(st.lists(cell, max_size=6), max_size=5), head=st.booleans())
def test_no_answer_breaks_the_program_or_is_taken_by_halves(
    sent: Run, table: list[list[str]], head: bool
) -> None:
    names = [reference for reference, _ in references(sent)]
    lines = [
        ",".join(text.replace("{0}", names[0]).replace("{1}", names[1]) for text in row)
        for row in table
    ]
    before = states(sent)
    data = "\n".join(([HEAD] if head else []) + lines).encode("utf-8", "replace")

    try:
        found = read(sent, data)
    except (FileRefused, AnswerRefused, RunRefused):
        assert states(sent) == before
    else:
        moved = [was for was, now in zip(before, states(sent), strict=True) if was != now]
        assert len(moved) == found.paid + found.returned

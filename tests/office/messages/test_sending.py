"""Letters are printed, text messages leave as a file, receipts come back: whole or not at all."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from anlao.office.cases import asking, deciding
from anlao.office.messages import letters, queries, receipts, states, telling, texting
from anlao.office.messages.models import Event, Message
from anlao.office.messages.receipts import ReceiptsRefused
from anlao.office.messages.sweeping import sweep
from anlao.office.messages.telling import NotTold
from anlao.office.registry.identity import identity_number_of, phone_of
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.safety import Upload
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE, Scope
from tests.office.cases.flow import ALLOWANCE, APPROVER, LATER, LATER_AT, NOW, TODAY
from tests.office.county import COUNTY, TOWN_A, County
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
AFTER = LATER_AT + timedelta(hours=2)


@pytest.fixture(autouse=True)
def told(db: None, county: County) -> None:
    """Three approved allowances: each is told by letter, and life is to be confirmed (sms)."""
    del db
    scope.enter(WHOLE_OFFICE)
    for key in ("a1", "a2", "b1"):
        case = asking.find(
            elder=county.elders[key], provision=ALLOWANCE, day=TODAY, by="n", at=NOW, ground="x"
        )
        deciding.approve(number=case.pk, by=APPROVER, at=NOW, day=TODAY)
    assert sweep(COUNTY, day=LATER, at=LATER_AT, by="nightly").made == {
        "granted": 3, "life_due": 3
    }  # fmt: skip


def to_text() -> list[Message]:
    return list(queries.for_text_messages(queries.listed()))


def text_file(reason: str = "发送生存认证提醒") -> list[list[str]]:
    found = queries.for_text_messages(queries.listed())
    _, data = texting.made(found, form="csv", most=100, reason=reason, by="clerk", at=LATER_AT)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def answer(*rows: tuple[str, str, str], head: str = "编号,结果,原因") -> receipts.Read:
    body = "\n".join((head, *(",".join(row) for row in rows)))
    return receipts.read(Upload("回执.csv", body.encode()), division=COUNTY, by="clerk", at=AFTER)


def state_of(number: str) -> str:
    found = queries.find(int(number[1:]))
    return str(found.state)


def test_letters_come_by_township_in_one_pdf_and_are_logged() -> None:
    found = queries.for_letters(queries.listed())
    pdf = letters.printed(found, most=100, by="clerk", at=LATER_AT, day=LATER)

    # a2 has no telephone: her reminder of life goes by letter too
    assert pdf.startswith(b"%PDF-")
    assert log(act="print_message").count() == 4
    assert queries.counts()[states.PRINTED] == 4
    assert queries.for_letters(queries.listed()).count() == 0
    with pytest.raises(NotTold, match="没有要打印"):
        letters.printed(
            queries.for_letters(queries.listed()), most=100, by="c", at=LATER_AT, day=LATER
        )


def test_a_letter_says_what_why_and_whom_to_ask(county: County) -> None:
    (message,) = queries.listed(cause="granted", place=TOWN_A).filter(elder=county.elders["a2"])
    letter = letters._letter(message, "某路1号", LATER)

    assert letter.address[-1] == "李桂兰 收"
    assert "某路1号" in letter.address
    assert letter.to == "李桂兰："
    assert any("依据" in line for line in letter.body)
    assert any("行政复议" in line for line in letter.rights)
    assert "请问" in letter.ask


def test_a_pdf_of_hostile_words_is_words(county: County) -> None:
    (message,) = queries.listed(cause="granted").filter(elder=county.elders["a2"])
    message.letter["zh"]["body"] = ['#panic("read as markup") $ * _ @x <y> \\']

    pdf = letters._pdf([letters._letter(message, "", LATER)])

    assert pdf.startswith(b"%PDF-")


def test_the_file_has_telephones_for_a_reason_and_no_identity_number(county: County) -> None:
    with pytest.raises(NotTold, match="理由"):
        text_file(reason="发")
    assert not log(act="reveal").exists()

    head, *rows = text_file()

    assert tuple(head) == texting.HEAD
    assert {row[1] for row in rows} == {phone_of(county.elders[key]) for key in ("a1", "b1")}
    for her in county.elders.values():
        assert not any(identity_number_of(her) in row[2] or her.name in row[2] for row in rows)
    assert log(act="reveal", purpose="发送生存认证提醒").count() == 2
    assert log(act="export_messages").count() == 1
    assert {state_of(row[0]) for row in rows} == {states.IN_FILE}
    assert to_text() == []


def test_whoever_has_no_telephone_stands_in_a_list_of_her_own(county: County) -> None:
    without = list(queries.listed(state=queries.NO_PHONE))

    assert [one.elder for one in without] == [county.elders["a2"]]
    assert queries.counts()[queries.NO_PHONE] == 1


def test_receipts_say_what_came_and_what_did_not() -> None:
    first, second = (row[0] for row in text_file()[1:])

    found = answer((first, "成功", ""), (second, "失败", "空号"))

    assert (found.delivered, found.failed, found.known) == (1, 1, 0)
    assert (state_of(first), state_of(second)) == (states.DELIVERED, states.FAILED)
    # what did not come goes by letter
    by_letter = {one.number for one in queries.for_letters(queries.listed(cause="life_due"))}
    assert second in by_letter
    assert first not in by_letter


def test_the_same_receipts_once_more_change_nothing() -> None:
    first, second = (row[0] for row in text_file()[1:])
    rows = ((first, "成功", ""), (second, "失败", "空号"))
    answer(*rows)
    letters.printed(queries.for_letters(queries.listed()), most=9, by="c", at=AFTER, day=LATER)
    before = Event.objects.count()

    found = answer(*rows)

    assert (found.delivered, found.failed, found.known) == (0, 0, 2)
    assert Event.objects.count() == before


def test_one_bad_row_and_nothing_is_taken() -> None:
    first, second = (row[0] for row in text_file()[1:])
    before = Event.objects.count()

    with pytest.raises(ReceiptsRefused) as refused:
        answer((first, "成功", ""), ("G99999999", "成功", ""), (second, "成功", ""),
               (second, "失败", ""))  # fmt: skip

    assert [fault.row for fault in refused.value.faults] == [3, 5]
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "row",
    [
        ("G1", "成功", ""), ("", "成功", ""), ("'; DROP TABLE x", "成功", ""),
        ("G٠٠٠٠٠٠٠١", "成功", ""), ("FIRST", "好像到了", ""), ("FIRST", "", ""),
    ],
)  # fmt: skip
def test_rows_that_say_nothing_known_are_named(row: tuple[str, str, str]) -> None:
    first = text_file()[1][0]

    with pytest.raises(ReceiptsRefused) as refused:
        answer((row[0].replace("FIRST", first), *row[1:]))

    assert refused.value.faults[0].row == 2


def test_a_receipt_that_contradicts_an_earlier_one_is_refused() -> None:
    first = text_file()[1][0]
    answer((first, "成功", ""))

    with pytest.raises(ReceiptsRefused, match="与回执不符"):
        answer((first, "失败", "空号"))


def test_what_was_never_in_a_file_has_no_receipt() -> None:
    granted = queries.listed(cause="granted")[0]

    with pytest.raises(ReceiptsRefused, match="不是已列入"):
        answer((granted.number, "成功", ""))


def test_receipts_of_another_area_are_unknown() -> None:
    rows = text_file()[1:]
    scope.enter(Scope((TOWN_A,)))

    with pytest.raises(ReceiptsRefused) as refused:
        answer(*((row[0], "成功", "") for row in rows))

    assert len(refused.value.faults) == 1


@pytest.mark.parametrize("data", [b"MZ\x90", b"", b"%PDF-1.7", b"PK\x03\x04broken"])
def test_a_file_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused):
        receipts.read(Upload("x.csv", data), division=COUNTY, by="clerk", at=AFTER)


def test_what_was_read_out_is_told() -> None:
    message = queries.listed(cause="life_due")[0]

    with pytest.raises(NotTold, match="写明"):
        telling.record(number=message.pk, state=states.READ_OUT, note="", by="v", at=AFTER)
    telling.record(
        number=message.pk, state=states.READ_OUT, note="走访时当面告知", by="v", at=AFTER
    )

    assert state_of(message.number) == states.READ_OUT
    with pytest.raises(NotTold, match="不能这样登记"):
        telling.record(number=message.pk, state=states.WITHDRAWN, note="误", by="v", at=AFTER)
    (entry,) = log(act="message_read_out")
    assert entry.purpose == "走访时当面告知"


def test_the_database_refuses_a_state_out_of_turn() -> None:
    message = queries.listed(cause="granted")[0]

    with pytest.raises(IntegrityError, match="no message goes"), transaction.atomic():
        telling.add([message], states.DELIVERED, by="x", at=AFTER)

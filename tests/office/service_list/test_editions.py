"""A list from the draft to the archive: who may, what is enforced, what is logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from anlao.office.service_list import differences, floors, operations, queries
from anlao.office.service_list.filling import FIELDS
from anlao.office.service_list.models import Edition, Item
from anlao.office.service_list.operations import FallsShort, ListRefused
from anlao.office.shared import scope
from anlao.office.shared.scope import NOTHING, Scope
from tests.office.county import COUNTY, NEIGHBOUR, everywhere
from tests.office.log import log

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
DAY = NOW.date()
HERE = Scope((COUNTY,))
WORDS = "上级清单未装入，已与纸质文件逐项核对"


@pytest.fixture(autouse=True)
def _inside(db: None) -> None:
    del db
    scope.enter(HERE)


def draft(division: str = COUNTY, year: int = 2026) -> Edition:
    return operations.begin(division=division, year=year, by="maker", at=NOW, day=DAY)


def step(edition: Edition, move: str, by: str = "reviewer", words: str = "") -> Edition:
    return operations.move(edition=edition, move=move, by=by, at=NOW, day=DAY, words=words)


def published(division: str = COUNTY, year: int = 2026) -> Edition:
    made = step(draft(division, year), "submit", by="maker")
    return step(step(made, "approve"), "publish", words=WORDS)


def test_a_draft_is_filled_from_the_rulebook() -> None:
    edition = draft()

    items = {item.provisions[0]: item for item in edition.items.all()}
    allowance = items["old-age-allowance"]
    assert "80至89岁：每月60元" in allowance.amount
    assert (allowance.age_from, allowance.age_to) == (80, None)
    assert allowance.kind == Item.Kind.MATERIAL
    assert "二(一)3" in allowance.clause
    assert "县民政局" in allowance.office
    assert items["capability-assessment"].amount == ""
    (entry,) = log(act="make_list")
    assert entry.after == {"year": 2026, "items": len(items), "from": "rulebook:suichang"}


def test_the_annex_of_huitong_has_its_27_items_in_their_order() -> None:
    scope.enter(Scope(("431225",)))
    edition = draft("431225")

    items = list(edition.items.all())
    assert len(items) == 27
    assert items[11].name == "高龄补贴（80—89周岁）"
    assert items[11].amount == "不低于：80至89岁：每月20元"
    assert items[25].provisions == ["disability-living-subsidy", "disability-care-subsidy"]
    assert "尚未录入" in items[14].amount


@pytest.mark.parametrize("division", ["33", "3306", "3608", "360802", "500229", "330624"])
def test_every_rulebook_fills_a_list(division: str) -> None:
    scope.enter(Scope((division,)))

    items = list(draft(division).items.all())

    assert items
    assert all(item.name and item.who and item.what and item.clause for item in items)
    assert all(item.provisions for item in items)


def test_a_list_goes_from_the_draft_to_the_archive() -> None:
    first = published()
    second = operations.begin(
        division=COUNTY, year=2027, by="maker", at=NOW, day=DAY, earlier=first
    )
    second = step(step(step(second, "submit", by="maker"), "approve"), "publish", words=WORDS)

    first.refresh_from_db()
    assert (first.state, second.state) == ("archived", "published")
    assert queries.published(COUNTY) == second
    acts = list(log().order_by("number").values_list("act", flat=True))
    assert acts.count("publish_list") == 2
    assert acts.count("archive_list") == 1
    assert second.compared is not None
    assert second.confirmed == WORDS


def test_whoever_worked_on_a_list_does_not_review_it() -> None:
    made = draft()
    operations.change(
        item=made.items.all()[0], to={"phone": "0578-1"}, by="helper", at=NOW, day=DAY
    )
    made = step(made, "submit", by="maker")

    for hand in ("maker", "helper"):
        with pytest.raises(ListRefused, match="不能审核"):
            step(made, "approve", by=hand)
    assert step(made, "approve").reviewed_by == "reviewer"


def test_a_returned_list_says_why_and_is_a_draft_again() -> None:
    made = step(draft(), "submit", by="maker")

    with pytest.raises(ListRefused, match="理由"):
        step(made, "return")
    made = step(made, "return", words="依据写错")

    assert (made.state, made.returned_because) == ("draft", "依据写错")
    assert log().get(act="return_list").purpose == "依据写错"


@pytest.mark.parametrize(
    ("so_far", "move"),
    [
        ((), "approve"),
        ((), "publish"),
        (("submit",), "publish"),
        (("submit",), "submit"),
        (("submit", "approve", "publish"), "return"),
        (("withdraw",), "submit"),
    ],
)
def test_steps_are_taken_in_their_order(so_far: tuple[str, ...], move: str) -> None:
    made = draft()
    for earlier in so_far:
        made = step(made, earlier, by="maker" if earlier == "submit" else "reviewer", words=WORDS)

    with pytest.raises(ListRefused):
        step(made, move, words=WORDS)


def test_two_drafts_of_one_division_are_refused() -> None:
    draft()

    with pytest.raises(ListRefused, match="正在编制"):
        draft()


def test_items_change_with_before_and_after_in_the_log() -> None:
    made = draft()
    item = made.items.all()[1]
    changed = operations.change(
        item=item, to={"phone": "0578-8120000", "amount": "每月9999元"}, by="maker", at=NOW, day=DAY
    )

    assert changed == ["phone"]  # the amount is the rulebook's
    (entry,) = log(act="change_list_item")
    assert entry.before == {"item": item.pk, "phone": ""}
    assert entry.after == {"phone": "0578-8120000"}


def test_an_amount_that_left_the_rulebook_is_found_and_taken_anew() -> None:
    made = draft()
    item = made.items.get(provisions=["old-age-allowance"])
    item.amount, item.changed_by = "每月1元", "maker"
    item.save()

    with pytest.raises(ListRefused, match="金额与规则册不一致"):
        step(made, "submit", by="maker")
    assert operations.refresh(edition=made, by="maker", at=NOW, day=DAY) == 1
    assert step(made, "submit", by="maker").state == "in_review"


def test_nothing_compared_needs_the_words_of_whoever_publishes() -> None:
    made = step(step(draft(), "submit", by="maker"), "approve")

    compared = floors.compare(made)
    assert compared.rulebook.startswith("浙江省")
    assert not compared.edition
    for words in ("", "已核对"):
        with pytest.raises(ListRefused, match="没有（全部）装入"):
            step(made, "publish", words=words)
    assert step(made, "publish", words=WORDS).confirmed == WORDS


def test_an_item_of_the_list_above_that_is_not_here_stops_it() -> None:
    with everywhere():
        published("33", 2026)
    made = draft()
    operations.remove(
        item=made.items.get(provisions=["old-age-allowance"]),
        reason="误删",
        by="maker",
        at=NOW,
    )
    made = step(step(made, "submit", by="maker"), "approve")

    with pytest.raises(FallsShort) as refused:
        step(made, "publish", words=WORDS)
    assert refused.value.compared.absent == ("高龄津贴",)
    assert Edition.objects.get(pk=made.pk).state == "reviewed"


def test_somebody_who_gets_less_stops_it() -> None:
    proved = floors.compare(draft())
    assert proved.less == ()  # the county pays as the province does, or more

    assert replace(proved, less=("old-age-allowance，2026-11：…",)).falls_short


def test_with_the_list_above_compared_no_words_are_needed() -> None:
    with everywhere():
        published("33", 2026)

    made = step(step(step(draft(), "submit", by="maker"), "approve"), "publish")

    assert made.confirmed == ""
    assert made.compared is not None
    assert made.compared["edition"] == "浙江省基本养老服务清单（2026年版）"


def test_the_difference_of_two_editions() -> None:
    first = published()
    second = operations.begin(
        division=COUNTY, year=2027, by="maker", at=NOW, day=DAY, earlier=first
    )
    gone, changed = second.items.all()[:2]
    operations.remove(item=gone, reason="取消", by="maker", at=NOW)
    operations.change(item=changed, to={"phone": "12349"}, by="maker", at=NOW, day=DAY)
    fields = dict.fromkeys(FIELDS, "无") | {
        "kind": "care", "name": "助餐", "age_from": 60, "age_to": None,
    }  # fmt: skip
    operations.add(edition=second, fields=fields, by="maker", at=NOW)

    found = differences.difference(first, second)

    assert [item.name for item in found.new] == ["助餐"]
    assert [item.name for item in found.gone] == [gone.name]
    (one,) = found.changed
    assert [(field.field, field.before, field.after) for field in one.fields] == [
        ("phone", "", "12349")
    ]
    rows = list(differences.rows(found, "zh"))
    assert rows[0] == ("变化", "项目", "字段", "原来", "现在")
    assert rows[-1] == ("修改", one.name, "电话", "", "12349")


# what the database holds on its own


def refused(query: str, *values: Any) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic():  # noqa: SIM117
        with connection.cursor() as cursor:
            cursor.execute(query, values)
    return str(error.value)


def test_the_database_keeps_a_published_list_as_it_is() -> None:
    made = published()

    assert "never changes" in refused("UPDATE service_list_edition SET title = 'x'")
    assert "never change" in refused("UPDATE service_list_item SET amount = 'x'")
    assert "never change" in refused("DELETE FROM service_list_item")
    assert "denied" in refused("DELETE FROM service_list_edition")
    assert "never change" in refused(
        'INSERT INTO service_list_item (edition_id, place, provisions, name, "group", kind, who,'
        " what, amount, how, bring, clause, office, phone, changed_by, changed_at)"
        " VALUES (%s, 99, '{}', 'x', 'x', 'care', 'x', 'x', '', 'x', '', 'x', 'x', '', 'x', now())",
        made.pk,
    )


def test_the_database_lets_no_hand_review_and_nobody_skip_a_step() -> None:
    made = draft()
    assert "no list goes" in refused("UPDATE service_list_edition SET state = 'published'")
    step(made, "submit", by="maker")
    assert "does not review" in refused(
        "UPDATE service_list_edition SET state = 'reviewed', reviewed_by = 'maker',"
        " reviewed_at = now()"
    )
    assert "stays" in refused("UPDATE service_list_edition SET hands = '{}'")
    assert "begins as a draft" in refused(
        "INSERT INTO service_list_edition (division_code, year, title, document_number, note,"
        " state, hands, made_by, made_at, reviewed_by, returned_because, confirmed, published_by)"
        " VALUES ('331123', 2026, 'x', '', '', 'published', '{x}', 'x', now(), '', '', '', '')"
    )


def test_drafts_are_seen_inside_the_area_only_published_ones_by_everybody() -> None:
    made = published()
    work = draft(year=2027)

    for outside in (Scope((NEIGHBOUR,)), Scope((f"{COUNTY}001",)), NOTHING):
        scope.enter(outside)
        assert list(Edition.objects.all()) == [made]
        assert set(Item.objects.values_list("edition", flat=True)) == {made.pk}
        with connection.cursor() as cursor:
            cursor.execute("UPDATE service_list_edition SET note = 'x' WHERE id = %s", [work.pk])
            assert cursor.rowcount == 0
    scope.enter(Scope((NEIGHBOUR,)))
    assert "row-level security" in refused(
        "INSERT INTO service_list_contact (division_code, name, phone, address, hours, changed_by,"
        " changed_at) VALUES ('331123', 'x', '', '', '', 'x', now())"
    )


def test_figures_are_not_written_by_the_application() -> None:
    assert "denied" in refused(
        "INSERT INTO service_list_publicfigures (division_code, month, counted_at, figures)"
        " VALUES ('331123', %s, now(), '{}')",
        date(2026, 11, 1),
    )

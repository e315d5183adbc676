"""The pages of the registers: opened, recorded, listed, exported, imported, decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from tests.office.county import (
    VILLAGE_A1,
    VILLAGE_B,
    County,
    everywhere,
    give,
    identity_number,
)
from tests.office.log import log
from tests.office.subjects.registers import caregiver, institution, stay

from anlao.office.facilities.models import Centre, Institution, Stay
from anlao.office.organisations.models import User
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.office.subjects.models import StagedList
from anlao.office.workforce.models import Caregiver, SkillStatus

Browser = Callable[[User | None], Client]
PLACE = {"place": VILLAGE_A1, "evidence": "登记证书"}
NUMBER = identity_number(date(1980, 2, 3), 77)
CODE = "91350100M000100Y43"


def body(browser: Client, path: str, status: int = 200, **sent: str) -> str:
    answer = browser.get(path, sent)
    assert answer.status_code == status
    return answer.content.decode()


def every(model: Any) -> list[Any]:
    with scope.within(WHOLE_OFFICE):
        return list(model.objects.order_by("pk"))


def made(kind: Callable[..., Any], *args: Any, **facts: Any) -> Any:
    with transaction.atomic(), everywhere():
        return kind(*args, **facts)


def test_a_clerk_opens_a_caregiver_and_her_file_shows_what_was_told(
    county: County, client_of: Browser
) -> None:
    browser = client_of(county.cast["clerk_a"])
    sent = PLACE | {
        "name": "何惠",
        "identity_number": NUMBER.number,
        "fact_skill_level": "senior",
        "fact_certified_on": "2020-05-01",
        "fact_first_aid": "true",
    }

    answer = browser.post("/registers/caregiver/new", sent)

    assert answer.status_code == 302
    page = body(browser, answer["Location"])
    assert "高级工" in page
    assert "2020-05-01" in page
    assert NUMBER.masked in page
    assert NUMBER.number not in page
    assert "何惠" in body(browser, "/registers/caregiver", word="何")
    assert "何惠" not in body(browser, "/registers/caregiver", word="李")


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("caregiver", {"name": "何惠", "identity_number": "331123198002030771"}),
        ("caregiver", {"name": "何惠", "fact_certified_on": "2020-02-30"}),
        ("caregiver", {"name": "惠", "fact_certified_on": "2020-02-01"}),
        ("caregiver", {"name": "何惠", "fact_skill_level": "none", "fact_certified_on": "2020-02-01"}),  # noqa: E501
        ("caregiver", {"name": "何惠", "place": VILLAGE_B}),
        ("caregiver", {"name": "何惠", "place": "没有这里"}),
        ("institution", {"name": "青松院", "credit_code": CODE[:-1] + "4"}),
        ("institution", {"name": "青松院", "fact_beds": "10", "fact_nursing_beds": "11"}),
        ("institution", {"name": "青松院", "fact_final_account": "12.345"}),
        ("institution", {"name": "青松院", "fact_rating": "6"}),
        ("institution", {"name": "青松院", "fact_beds": "9" * 30}),
        ("institution", {"name": "青松院", "evidence": ""}),
        ("centre", {"name": "中心", "fact_score": "100.001"}),
        ("resident", {"elder": "no file", "institution": "1"}),
        ("resident", {}),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_refused_and_leaves_nothing(
    county: County, client_of: Browser, kind: str, sent: dict[str, str]
) -> None:
    browser = client_of(county.cast["clerk_a"])

    answer = browser.post(f"/registers/{kind}/new", PLACE | sent)

    assert answer.status_code == 400
    assert not every(Caregiver)
    assert not every(Institution)
    assert not log(act="open_register_file").exists()


def test_a_number_that_has_a_file_is_refused(county: County, client_of: Browser) -> None:
    browser = client_of(county.cast["clerk_a"])
    sent = PLACE | {"name": "青松院", "credit_code": CODE.lower()}

    assert browser.post("/registers/institution/new", sent).status_code == 302
    assert browser.post("/registers/institution/new", sent | {"name": "另一院"}).status_code == 400
    assert [one.credit_code for one in every(Institution)] == [CODE]


def test_recording_keeps_the_old_in_the_history(county: County, client_of: Browser) -> None:
    her = made(caregiver, place=VILLAGE_A1, skill_level="beginner")
    browser = client_of(county.cast["clerk_a"])
    path = f"/registers/caregiver/{her.pk}"
    sent = {"value": "senior", "start": "2024-06-01", "evidence": "新证书"}

    assert "职业技能等级" in body(browser, f"{path}/record")
    assert browser.post(f"{path}/record?fact=skill_level", sent).status_code == 302

    assert "初级工" in body(browser, path, day="2024-05-31")
    assert "高级工" in body(browser, path, day="2024-06-01")
    told = body(browser, f"{path}/history")
    assert "新证书" in told
    assert "登记机构或人员情况" in told
    same = browser.post(f"{path}/record?fact=skill_level", sent)
    assert same.status_code == 400
    for wrong in ({"value": "castle"}, {"until": "2024-06-01"}, {"start": ""}, {"evidence": ""}):
        assert browser.post(f"{path}/record?fact=skill_level", sent | wrong).status_code == 400
    taken = {"unknown": "1", "start": "2024-06-01", "evidence": "作废"}
    assert browser.post(f"{path}/record?fact=certified_on", taken).status_code in (302, 400)


@pytest.mark.parametrize("part", ["clerk_b", "neighbour"])
def test_files_of_another_township_are_not_there(
    county: County, client_of: Browser, part: str
) -> None:
    her = made(
        caregiver, place=VILLAGE_A1, skill_level="beginner", certificate_until=date(2020, 1, 1)
    )
    browser = client_of(county.cast[part])

    for rest in ("", "/history", "/due", "/record"):
        assert browser.get(f"/registers/caregiver/{her.pk}{rest}").status_code == 404
    for path in ("/registers/caregiver", "/registers/expiring"):
        assert her.name not in body(browser, path)
    assert her.name in body(client_of(county.cast["clerk_a"]), "/registers/expiring")


def test_a_leader_sees_caregivers_and_no_residents(county: County, client_of: Browser) -> None:
    home = made(institution, place=VILLAGE_A1, ownership="private")
    there = made(stay, county.elders["a1"], home, date(2024, 1, 1))
    leader, clerk = client_of(county.cast["leader"]), client_of(county.cast["county_clerk"])

    for path in ("/registers/resident", f"/registers/resident/{there.pk}"):
        assert leader.get(path).status_code == 403
        assert county.elders["a1"].name in body(clerk, path)
    assert county.elders["a1"].name not in body(leader, "/registers")
    assert leader.get("/registers/institution").status_code == 200
    assert leader.post("/registers/institution/new", {}).status_code == 403


def test_an_elder_is_admitted_once(county: County, client_of: Browser) -> None:
    home = made(institution, place=VILLAGE_A1)
    her = county.elders["a1"]
    browser = client_of(county.cast["clerk_a"])
    sent = {
        "elder": her.file_number,
        "institution": str(home.pk),
        "fact_admitted_on": "2024-01-01",
        "evidence": "入住协议",
    }

    assert browser.post("/registers/resident/new", sent).status_code == 302
    assert browser.post("/registers/resident/new", sent).status_code == 400
    first = every(Stay)[0]
    left = {"value": "2024-03-01", "start": "2024-03-01", "evidence": "离院"}
    browser.post(f"/registers/resident/{first.pk}/record?fact=left_on", left)
    assert browser.post("/registers/resident/new", sent).status_code == 302
    other = county.elders["b1"].file_number
    assert browser.post("/registers/resident/new", sent | {"elder": other}).status_code == 400


def test_the_list_of_a_provision_says_who_is_due_and_what_is_missing(
    county: County, client_of: Browser
) -> None:
    clerk = county.cast["nobody"]
    with transaction.atomic(), everywhere():
        give(clerk, "county_clerk", "360802")
        caregiver("甲护理", education="college", care_major=True, public_staff=False,
                  service_since=date(2021, 3, 1), entry_subsidy_paid=False)  # fmt: skip
        caregiver("乙护理", education="college", public_staff=False, entry_subsidy_paid=False)
        caregiver("丙护理", education="below", left_on=date(2024, 4, 30))
    browser = client_of(clerk)

    page = body(browser, "/registers/due/entry-subsidy", day="2024-05-09")

    assert "20,000.00" in page
    assert "甲护理" in page
    assert "连续从事养老护理工作起始日" in page
    assert "丙护理" not in page
    assert "丙护理" in body(browser, "/registers/due/entry-subsidy", day="2024-04-01")
    table = browser.get("/registers/due/entry-subsidy", {"day": "2024-05-09", "form": "csv"})
    lines = table.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "甲护理" in lines[1]
    assert "20000.00" in lines[1]
    assert "entry-subsidy" in body(browser, "/registers")
    entry = log(act="read_register_dues").last()
    assert entry is not None
    assert entry.who == clerk.username


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_register_is_exported_and_that_is_logged(
    county: County, client_of: Browser, form: str
) -> None:
    made(caregiver, place=VILLAGE_A1, skill_level="senior")
    browser = client_of(county.cast["clerk_a"])

    answer = browser.get("/registers/caregiver", {"form": form})

    assert answer["Content-Disposition"].endswith(f'.{form}"')
    if form == "csv":
        assert "高级工" in answer.content.decode("utf-8-sig")
    assert log(act="export_register").count() == 1


# lists


def sheet(*rows: list[str], kind: str = "csv") -> SimpleUploadedFile:
    if kind == "csv":
        text = "\n".join(",".join(row) for row in rows)
        return SimpleUploadedFile("护理员.csv", text.encode())
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        for place, row in enumerate(rows):
            page.write_row(place, 0, row)
    return SimpleUploadedFile("护理员.xlsx", out.getvalue())


HEAD = ["姓名", "身份证号", "所在地", "职业技能等级", "取得证书日期", "持救护员证"]
GOOD = ["何惠", NUMBER.number, VILLAGE_A1, "高级工", "2020年5月1日", "是"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_is_shown_first_and_committed_as_one(
    county: County, client_of: Browser, kind: str
) -> None:
    browser = client_of(county.cast["clerk_a"])
    second = ["方芳", "", VILLAGE_A1, "无", "", "否"]

    answer = browser.post(
        "/registers/caregiver/import", {"file": sheet(HEAD, GOOD, second, kind=kind)}
    )

    assert answer.status_code == 302
    assert not every(Caregiver)
    preview = body(browser, answer["Location"])
    assert "高级工" in preview
    assert NUMBER.number not in preview
    staged = every(StagedList)[0]
    assert NUMBER.number.encode() not in bytes(staged.rows)
    done = browser.post(answer["Location"], {"act": "commit", "start": "2024-06-01"})
    assert done.status_code == 302
    files = every(Caregiver)
    assert [one.name for one in files] == ["何惠", "方芳"]
    assert files[0].identity_mask == NUMBER.masked
    assert every(StagedList)[0].rows is None
    browser.post(answer["Location"], {"act": "commit", "start": "2024-06-01"})
    assert len(every(Caregiver)) == 2


def test_a_second_list_records_in_the_files_that_are_there(
    county: County, client_of: Browser
) -> None:
    browser = client_of(county.cast["clerk_a"])
    for row, start in ((GOOD, "2024-01-01"), ([*GOOD[:3], "技师", *GOOD[4:]], "2024-06-01")):
        answer = browser.post("/registers/caregiver/import", {"file": sheet(HEAD, row)})
        browser.post(answer["Location"], {"act": "commit", "start": start})

    her = every(Caregiver)
    assert len(her) == 1
    path = f"/registers/caregiver/{her[0].pk}"
    assert "高级工" in body(browser, path, day="2024-05-31")
    assert "技师" in body(browser, path, day="2024-06-01")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([HEAD, [*GOOD[:1], "123", *GOOD[2:]]], "B"),
        ([HEAD, [*GOOD[:2], VILLAGE_B, *GOOD[3:]]], "不在您的范围内"),
        ([HEAD, [*GOOD[:3], "大师", *GOOD[4:]]], "请从列表中选一项"),
        ([HEAD, [*GOOD[:4], "2020-02-30", "是"]], "请填日期"),
        ([HEAD, ["", *GOOD[1:]]], "不能为空"),
        ([HEAD, GOOD, GOOD], "与第2行重复"),
        ([[*HEAD, "爱好"], [*GOOD, "唱歌"]], "不认识这一列"),
        ([HEAD[:2] + HEAD[3:], GOOD[:2] + GOOD[3:]], "缺少这一列"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_staged(
    county: County, client_of: Browser, rows: list[list[str]], said: str
) -> None:
    browser = client_of(county.cast["clerk_a"])

    answer = browser.post("/registers/caregiver/import", {"file": sheet(*rows)})

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not every(StagedList)


def test_a_list_that_contradicts_itself_leaves_nothing(county: County, client_of: Browser) -> None:
    browser = client_of(county.cast["clerk_a"])
    wrong = ["方芳", "", VILLAGE_A1, "无", "2020-01-01", "否"]
    answer = browser.post("/registers/caregiver/import", {"file": sheet(HEAD, GOOD, wrong)})

    browser.post(answer["Location"], {"act": "commit", "start": "2024-06-01"})

    assert not every(Caregiver)
    assert every(StagedList)[0].state == StagedList.State.WAITING
    browser.post(answer["Location"], {"act": "discard"})
    assert every(StagedList)[0].rows is None
    assert not every(SkillStatus)


def test_a_list_of_residents_admits_elders_by_their_numbers(
    county: County, client_of: Browser
) -> None:
    with scope.within(WHOLE_OFFICE):
        home = institution("城南颐养院", VILLAGE_A1, ownership="private")
    her = county.elders["a1"]
    browser = client_of(county.cast["clerk_a"])
    head = ["姓名", "档案编号", "养老机构", "入住日期"]
    day = "2024-03-01"

    for row, said in (
        (["李四", her.file_number, home.name, day], "姓名与这个号码的档案不符"),
        ([her.name, county.elders["b1"].file_number, home.name, day], "没有这份档案"),
        ([her.name, her.file_number, "无此院", day], "没有找到这家机构"),
    ):
        refused = browser.post("/registers/resident/import", {"file": sheet(head, row)})
        assert said in refused.content.decode()
    row = [her.name, her.file_number, home.name, day]
    for start in ("2024-06-01", "2024-07-01"):
        answer = browser.post("/registers/resident/import", {"file": sheet(head, row)})
        browser.post(answer["Location"], {"act": "commit", "start": start})

    stays = every(Stay)
    assert [(one.elder_id, one.institution_id, one.name) for one in stays] == [
        (her.pk, home.pk, her.name)
    ]


def test_a_list_of_centres_opens_them_and_finds_them_by_number(
    county: County, client_of: Browser
) -> None:
    browser = client_of(county.cast["clerk_a"])
    first = browser.post(
        "/registers/centre/import",
        {"file": sheet(["名称", "所在地", "星级"], ["东门照料中心", VILLAGE_A1, "3"])},
    )
    browser.post(first["Location"], {"act": "commit", "start": "2024-06-01"})
    made = every(Centre)[0]

    second = browser.post(
        "/registers/centre/import",
        {
            "file": sheet(
                ["名称", "所在地", "档案编号", "星级"],
                ["东门照料中心", VILLAGE_A1, made.file_number, "4"],
            )
        },
    )
    browser.post(second["Location"], {"act": "commit", "start": "2025-01-01"})

    assert len(every(Centre)) == 1
    assert "4" in body(browser, f"/registers/centre/{made.pk}", day="2025-01-01")


def test_a_program_and_a_list_of_somebody_else_are_refused(
    county: County, client_of: Browser
) -> None:
    browser = client_of(county.cast["clerk_a"])
    program = SimpleUploadedFile("list.xlsx", b"MZ" + b"\x00" * 100)
    assert browser.post("/registers/caregiver/import", {"file": program}).status_code == 400

    answer = browser.post("/registers/caregiver/import", {"file": sheet(HEAD, GOOD)})

    assert client_of(county.cast["county_clerk"]).get(answer["Location"]).status_code == 404

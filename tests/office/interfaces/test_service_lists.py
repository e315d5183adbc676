"""The pages of service lists: from a draft to what everybody may read."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook
from tests.office.county import COUNTY, County, everywhere
from tests.office.log import log

from anlao.office.organisations.models import User
from anlao.office.service_list.models import Edition, Item

Browser = Callable[[User | None], Client]
BEGIN = {"division": COUNTY, "year": "2026", "source": "rulebook"}
WORDS = "上级清单未装入，已与纸质文件逐项核对"


@pytest.fixture
def clerk(county: County, client_of: Browser) -> Client:
    return client_of(county.cast["county_clerk"])


@pytest.fixture
def approver(county: County, client_of: Browser) -> Client:
    return client_of(county.cast["approver"])


def begun(clerk: Client) -> str:
    response = clerk.post("/service-lists", BEGIN)
    assert response.status_code == 302
    return str(response["Location"])


def state(address: str) -> str:
    return str(_edition(address).state)


def _edition(address: str) -> Edition:
    from django.db import transaction

    with transaction.atomic(), everywhere():
        return Edition.objects.get(pk=int(address.rsplit("/", 1)[1]))


def _items(address: str) -> list[Item]:
    from django.db import transaction

    with transaction.atomic(), everywhere():
        return list(Item.objects.filter(edition=_edition(address)))


def test_a_clerk_prepares_and_an_approver_reviews_and_publishes(
    clerk: Client, approver: Client
) -> None:
    address = begun(clerk)
    assert "80至89岁：每月60元" in clerk.get(address).content.decode()

    assert clerk.post(f"{address}/act", {"act": "submit"}).status_code == 302
    assert approver.post(f"{address}/act", {"act": "approve"}).status_code == 302
    unsaid = approver.post(f"{address}/act", {"act": "publish"})
    assert unsaid.status_code == 400
    assert "没有（全部）装入" in unsaid.content.decode()
    sent = {"act": "publish", "words": WORDS, "document_number": "遂民〔2026〕1号"}
    assert approver.post(f"{address}/act", sent).status_code == 302

    assert state(address) == "published"
    assert WORDS in clerk.get(address).content.decode()
    assert "遂民〔2026〕1号" in clerk.get(f"{address}/print").content.decode()


def test_acts_are_for_those_whose_they_are(
    county: County, client_of: Browser, clerk: Client, approver: Client
) -> None:
    address = begun(clerk)

    assert approver.post("/service-lists", BEGIN).status_code == 403
    assert approver.post(f"{address}/act", {"act": "submit"}).status_code == 403
    assert approver.get(f"{address}/items/new").status_code == 403
    clerk.post(f"{address}/act", {"act": "submit"})
    assert clerk.post(f"{address}/act", {"act": "approve"}).status_code == 403
    assert clerk.post(f"{address}/act", {"act": "nonsense"}).status_code == 404
    neighbour = client_of(county.cast["neighbour"])
    assert neighbour.get(address).status_code == 404
    assert neighbour.post(f"{address}/act", {"act": "submit"}).status_code == 404
    assert state(address) == "in_review"


def test_an_item_is_changed_but_never_its_computed_amount(clerk: Client) -> None:
    address = begun(clerk)
    item = next(one for one in _items(address) if one.provisions == ["old-age-allowance"])
    fields = {name: getattr(item, name) for name in ("name", "group", "kind", "who", "what", "how")}
    fields |= {"clause": item.clause, "office": item.office, "bring": item.bring, "age_from": "80"}

    page = f"{address}/items/{item.pk}"
    assert clerk.post(page, fields | {"phone": "abc"}).status_code == 400
    assert clerk.post(page, fields | {"age_to": "60"}).status_code == 400
    assert clerk.post(page, fields | {"phone": "12349", "amount": "每月9元"}).status_code == 302

    changed = next(one for one in _items(address) if one.pk == item.pk)
    assert (changed.phone, changed.amount) == ("12349", item.amount)
    (entry,) = log(act="change_list_item")
    assert (entry.who, entry.after) == ("county_clerk", {"phone": "12349"})


def test_a_draft_gets_another_name_and_a_note(clerk: Client) -> None:
    address = begun(clerk)
    sent = {"act": "rename", "title": "遂昌县清单", "year": "2027", "note": "试行"}

    assert clerk.post(f"{address}/act", sent | {"year": "x"}).status_code == 400
    assert clerk.post(f"{address}/act", sent).status_code == 302

    assert (_edition(address).title, _edition(address).year) == ("遂昌县清单", 2027)
    (entry,) = log(act="change_list")
    assert entry.after == {"title": "遂昌县清单", "year": 2027, "note": "试行"}
    clerk.post(f"{address}/act", {"act": "submit"})
    assert clerk.post(f"{address}/act", sent | {"title": "另一个"}).status_code == 400


def test_items_are_added_and_taken_off(clerk: Client) -> None:
    address = begun(clerk)
    count = len(_items(address))
    fields = {
        "name": "老年助餐", "group": "60周岁及以上老年人", "kind": "care", "who": "有需求的老年人",
        "what": "就近用餐", "how": "到社区食堂登记", "clause": "本县规定", "office": "县民政局",
    }  # fmt: skip

    assert clerk.post(f"{address}/items/new", {}).status_code == 400
    assert clerk.post(f"{address}/items/new", fields).status_code == 302
    added = _items(address)[-1]
    assert (added.name, added.provisions) == ("老年助餐", [])
    page = f"{address}/items/{added.pk}"
    assert clerk.post(page, {"act": "remove", "reason": ""}).status_code == 400
    assert clerk.post(page, {"act": "remove", "reason": "重复"}).status_code == 302
    assert len(_items(address)) == count
    assert clerk.get(page).status_code == 404


def test_two_editions_are_compared_on_a_page_and_in_a_file(clerk: Client, approver: Client) -> None:
    first = begun(clerk)
    clerk.post(f"{first}/act", {"act": "submit"})
    approver.post(f"{first}/act", {"act": "approve"})
    approver.post(f"{first}/act", {"act": "publish", "words": WORDS})
    sent = BEGIN | {"year": "2027", "source": first.rsplit("/", 1)[1]}
    second = str(clerk.post("/service-lists", sent)["Location"])
    gone = _items(second)[0]
    clerk.post(f"{second}/items/{gone.pk}", {"act": "remove", "reason": "取消"})

    page = clerk.get(f"{second}/difference").content.decode()
    file = clerk.get(f"{second}/difference?form=xlsx").content

    assert gone.name in page
    rows = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()
    assert rows[1][:2] == ["取消", gone.name]
    for wrong in ("?with=99999999999999999999", "?with=abc", "?with=-1"):
        assert clerk.get(f"{second}/difference{wrong}").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"division": "330624"},
        {"division": "331123001"},
        {"year": "1999"},
        {"year": "２０２６x"},
        {"source": "999999"},
        {"source": ""},
    ],
)
def test_what_cannot_be_begun_is_refused(clerk: Client, sent: dict[str, str]) -> None:
    assert clerk.post("/service-lists", BEGIN | sent).status_code == 400


def test_a_second_draft_is_refused(clerk: Client) -> None:
    begun(clerk)

    response = clerk.post("/service-lists", BEGIN)

    assert response.status_code == 400
    assert "正在编制" in response.content.decode()


def test_whom_to_ask_is_recorded_for_places_of_ones_own(clerk: Client) -> None:
    sent = {"division": "331123001", "name": "妙高街道", "phone": "0578-8100000"}

    assert clerk.post("/service-lists/contacts", sent).status_code == 302
    assert clerk.post("/service-lists/contacts", sent | {"division": "330624"}).status_code == 400
    assert clerk.post("/service-lists/contacts", sent | {"phone": "打给我"}).status_code == 400

    assert "0578-8100000" in clerk.get("/service-lists/contacts").content.decode()
    (entry,) = log(act="record_contact")
    assert (entry.division, entry.before) == ("331123001", None)

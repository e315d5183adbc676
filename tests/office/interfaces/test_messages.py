"""A clerk makes messages, prints, exports and reads receipts; the elder reads her own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from tests.office.cases import flow
from tests.office.county import COUNTY, County, everywhere
from tests.office.log import log

from anlao.office.benefits.holders import ElderHolder
from anlao.office.cases import asking, verifying
from anlao.office.cases.asking import Asker
from anlao.office.interfaces.tasks.messages import make_messages
from anlao.office.messages import terms
from anlao.office.messages.models import Message, with_state
from anlao.office.organisations.models import User

Browser = Callable[[User | None], Client]


@pytest.fixture
def busy(county: County, client_of: Browser) -> County:
    """Two elders of two townships are asked for more papers today; both have telephones."""
    del client_of
    from django.utils import timezone

    now = timezone.now()
    with transaction.atomic(), everywhere():
        for key in ("a1", "b1"):
            case = asking.apply(
                holder=ElderHolder(county.elders[key]), provision=flow.SUPPORT,
                way_in="counter", asker=Asker(), day=timezone.localdate(now), by="x", at=now,
            )  # fmt: skip
            verifying.ask_more(
                number=case.pk, reason="请补户口簿", by="y", at=now, day=timezone.localdate(now)
            )
    return county


def told() -> list[Any]:
    with transaction.atomic(), everywhere():
        return list(with_state(Message.objects.order_by("pk")))


def test_a_clerk_tells_those_of_her_township_alone(busy: County, client_of: Browser) -> None:
    browser = client_of(busy.cast["clerk_a"])

    browser.post("/messages/sweep")
    browser.post("/messages/sweep")

    (message,) = told()
    assert message.elder_id == busy.elders["a1"].pk
    page = browser.get("/messages").content.decode()
    assert message.number in page
    assert "请补户口簿" in browser.get(f"/messages/{message.pk}").content.decode()
    assert client_of(busy.cast["clerk_b"]).get(f"/messages/{message.pk}").status_code == 404


def test_from_the_file_of_text_messages_to_the_letter(busy: County, client_of: Browser) -> None:
    browser = client_of(busy.cast["clerk_a"])
    browser.post("/messages/sweep")
    (message,) = told()

    without = browser.post("/messages/texts", {"reason": "", "form": "csv"})
    file = browser.post("/messages/texts", {"reason": "发送补正提醒", "form": "csv"})

    assert without.status_code == 302
    assert "13800000011" in file.content.decode()
    assert log(act="reveal", who="clerk_a").count() == 1

    def back(result: str) -> Any:
        text = f"编号,结果,原因\n{message.number},{result},空号\n"
        sent = SimpleUploadedFile("r.csv", text.encode(), "text/csv")
        return browser.post("/messages/receipts", {"file": sent})

    refused = back("可能")
    assert refused.status_code == 400
    assert "不在已知结果中" in refused.content.decode()
    assert back("失败").status_code == 302
    assert told()[0].state == "failed"
    letters = browser.post("/messages/letters")
    assert letters["Content-Type"] == "application/pdf"
    assert told()[0].state == "printed"


def test_a_village_worker_reads_it_out(busy: County, client_of: Browser) -> None:
    client_of(busy.cast["clerk_a"]).post("/messages/sweep")
    (message,) = told()
    sent = {"state": "read_out", "note": "走访时告知"}

    auditor = client_of(busy.cast["auditor"]).post(f"/messages/{message.pk}", sent)
    worker = client_of(busy.cast["village_worker"])
    worker.post(f"/messages/{message.pk}", sent)

    assert auditor.status_code == 403
    assert told()[0].state == "read_out"
    assert worker.post("/messages/sweep").status_code == 403
    assert "走访时告知" in worker.get(f"/messages/{message.pk}").content.decode()


def test_the_night_makes_all_of_them_a_few_at_a_time(busy: County, client_of: Browser) -> None:
    usual = yaml.safe_load(terms._USUAL.read_text("utf-8"))
    file = Path(settings.DATA.path) / "messages" / f"{COUNTY}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(usual | {"at_once": 1}, allow_unicode=True), "utf-8")
    try:
        assert make_messages() == 2
        assert make_messages() == 0
    finally:
        file.unlink()

    assert len(told()) == 2
    del busy, client_of


@pytest.mark.parametrize("room", ["messages", "cases"])
def test_settings_that_cannot_be_are_told_to_the_clerk(
    busy: County, client_of: Browser, room: str
) -> None:
    file = Path(settings.DATA.path) / room / f"{COUNTY}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text("surprise: 1\n", "utf-8")
    try:
        page = client_of(busy.cast["clerk_a"]).post("/messages/sweep", follow=True)
    finally:
        file.unlink()

    assert f"{room}/{COUNTY}.yaml" in page.content.decode()
    assert "surprise：没有这项设置" in page.content.decode()
    assert told() == []

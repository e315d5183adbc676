"""The pages of an elder's photograph: put in, shown, replaced, removed, and refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.office.county import County
from tests.office.log import log
from tests.office.registry import drawn

from anlao.office.database.folder import DataFolder
from anlao.office.organisations.models import User
from anlao.office.registry import pictures

ClientOf = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def tidy(committed: None, office: DataFolder) -> Iterator[None]:
    del committed
    before = set(office.files.iterdir())
    yield
    for left in set(office.files.iterdir()) - before:
        left.unlink()


def path_of(county: County, tab: str = "", key: str = "a1") -> str:
    return f"/elders/{county.elders[key].pk}{tab}"


def put(browser: Client, county: County, data: bytes, name: str = "照片.jpg") -> Any:
    file = SimpleUploadedFile(name, data, "image/jpeg")
    return browser.post(path_of(county, "/photo"), {"file": file})


def acts(who: str) -> list[str]:
    return list(log(who=who).order_by("number").values_list("act", flat=True))


def test_a_photograph_that_was_put_in_shows_in_the_file(
    county: County, client_of: ClientOf
) -> None:
    browser = client_of(county.cast["clerk_a"])
    without = browser.get(path_of(county)).content.decode()
    assert "<img" not in without
    assert "添加照片" in without

    response = put(browser, county, drawn.jpeg(1200, 900, exif=drawn.at_home(6)))

    assert (response.status_code, response["Location"]) == (302, path_of(county))
    file = browser.get(path_of(county))
    body = file.content.decode()
    assert f'src="{path_of(county, "/photo/image")}" alt="本人照片"' in body
    assert "更换或删除照片" in body
    assert "img-src 'self'" in file["Content-Security-Policy"]


def test_the_picture_is_given_out_without_what_the_camera_told_and_kept_by_no_cache(
    county: County, client_of: ClientOf
) -> None:
    browser = client_of(county.cast["clerk_a"])
    put(browser, county, drawn.jpeg(1200, 900, exif=drawn.at_home(6)))

    image = browser.get(path_of(county, "/photo/image"))

    assert (image.status_code, image["Content-Type"]) == (200, "image/jpeg")
    assert image["Cache-Control"] == "private, no-store"
    assert image["X-Content-Type-Options"] == "nosniff"
    assert image.content.startswith(b"\xff\xd8\xff")
    assert b"Exif" not in image.content
    assert b"Telephone-Maker" not in image.content


def test_a_look_at_the_file_and_one_at_the_picture_are_logged_once_each(
    county: County, client_of: ClientOf
) -> None:
    put(client_of(county.cast["clerk_a"]), county, drawn.png())
    reader = client_of(county.cast["village_worker"])

    reader.get(path_of(county), {"purpose": "visit"})
    assert acts("village_worker") == ["read_file"]
    reader.get(path_of(county, "/photo/image"))

    assert acts("village_worker") == ["read_file", "read_photo"]
    entry = log().get(act="read_photo")
    assert (entry.subject, entry.purpose) == (f"elder:{county.elders['a1'].pk}", "visit")
    assert "查看照片" in reader.get(path_of(county, "/history")).content.decode()


@pytest.mark.parametrize("part", ["clerk_b", "neighbour"])
def test_to_those_outside_there_is_no_such_photograph(
    county: County, client_of: ClientOf, part: str
) -> None:
    put(client_of(county.cast["clerk_a"]), county, drawn.jpeg())
    outside = client_of(county.cast[part])

    assert outside.get(path_of(county, "/photo/image")).status_code == 404
    assert outside.get(path_of(county, "/photo")).status_code == 404
    assert put(outside, county, drawn.png()).status_code == 404
    gone = outside.post(path_of(county, "/photo/remove"), {"reason": "误放"})
    assert gone.status_code == 404
    assert acts(part) == []
    inside = client_of(county.cast["county_clerk"])
    assert inside.get(path_of(county, "/photo/image")).status_code == 200


def test_who_only_reads_sees_it_and_changes_nothing(county: County, client_of: ClientOf) -> None:
    put(client_of(county.cast["clerk_a"]), county, drawn.jpeg())
    approver = client_of(county.cast["approver"])

    assert approver.get(path_of(county, "/photo/image")).status_code == 200
    assert path_of(county, '/photo"') not in approver.get(path_of(county)).content.decode()
    assert put(approver, county, drawn.png()).status_code == 403
    assert approver.post(path_of(county, "/photo/remove"), {"reason": "误放"}).status_code == 403


def test_it_is_removed_for_a_reason_only(county: County, client_of: ClientOf) -> None:
    browser = client_of(county.cast["clerk_a"])
    put(browser, county, drawn.jpeg())
    remove, image = path_of(county, "/photo/remove"), path_of(county, "/photo/image")

    browser.post(remove, {"reason": " 误 "})
    assert browser.get(image).status_code == 200
    browser.post(remove, {"reason": "误放"})

    assert browser.get(image).status_code == 404
    assert log().get(act="remove_photo").purpose == "误放"
    again = browser.post(remove, {"reason": "误放"}, follow=True)
    assert "档案中没有照片" in again.content.decode()
    assert acts("clerk_a").count("remove_photo") == 1


@pytest.mark.parametrize(
    ("data", "zh", "en"),
    [
        (b"<html><script>alert(1)</script>", "不是 JPEG 或 PNG", "no JPEG or PNG"),
        (drawn.claiming(60_000, 60_000), "2500 万像素", "25 million pixels"),
        (drawn.jpeg(300, 300)[:900], "已损坏", "damaged"),
        (b"", "文件是空的", "The file is empty"),
    ],
    ids=["web page", "bomb", "cut off", "empty"],
)
def test_what_cannot_be_taken_is_told_in_both_languages_and_leaves_nothing(
    county: County, client_of: ClientOf, data: bytes, zh: str, en: str
) -> None:
    user = county.cast["clerk_a"]
    browser = client_of(user)
    for language, words in (("zh", zh), ("en", en)):
        User.objects.filter(pk=user.pk).update(language=language)

        response = put(browser, county, data)

        assert response.status_code == 400
        assert words in response.content.decode()
    assert browser.get(path_of(county, "/photo/image")).status_code == 404
    assert acts("clerk_a") == []


def test_five_megabytes_are_taken_and_no_byte_more(county: County, client_of: ClientOf) -> None:
    browser = client_of(county.cast["clerk_a"])
    fits = drawn.padded(drawn.jpeg(), pictures.MOST_BYTES)

    refused = put(browser, county, fits + b"\x00")
    taken = put(browser, county, fits)

    assert (refused.status_code, taken.status_code) == (400, 302)
    assert "文件超过 5 MB" in refused.content.decode()


def test_a_form_without_a_file_is_refused(county: County, client_of: ClientOf) -> None:
    response = client_of(county.cast["clerk_a"]).post(path_of(county, "/photo"))

    assert response.status_code == 400
    assert "请选择一张照片" in response.content.decode()


def test_a_recorded_refusal_is_shown_and_kept(county: County, client_of: ClientOf) -> None:
    browser = client_of(county.cast["clerk_a"])
    said = {"matter": "photograph", "start": "2026-01-01", "evidence": "来访"}
    assert browser.post(path_of(county, "/family/consent"), said).status_code == 302

    page = browser.get(path_of(county, "/photo")).content.decode()
    response = put(browser, county, drawn.jpeg())

    assert "不同意留存照片" in page
    assert response.status_code == 400
    assert "请先在“家庭与联系人”中登记同意" in response.content.decode()

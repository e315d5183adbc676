"""A stamped list is hostile until it is a scan of the list as it stands: taken whole, or not."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from django.conf import settings as django
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from anlao.office.database.folder import DataFolder
from anlao.office.payments import confirming, deciding, queries, scans, signing, terms
from anlao.office.payments.models import Confirmation, Run
from anlao.office.payments.queries import Township
from anlao.office.payments.refusals import RunRefused
from anlao.office.shared import audit, scope, sealed_files
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import COUNTY, County
from tests.office.payments import months
from tests.office.payments.months import APRIL, MARCH

pytestmark = pytest.mark.usefixtures("committed")
WHEN = months.at(date(2026, 3, 11))
PDF = b"%PDF-1.4\nstamped\n%%EOF\n"


def picture(form: str, *, side: int = 40) -> bytes:
    out = BytesIO()
    Image.effect_noise((side, side), 90).save(out, form)
    return out.getvalue()


@pytest.fixture(autouse=True)
def store(office: DataFolder) -> DataFolder:
    """The data folder without the scans of tests before, whose rows are gone."""
    for left in office.files.glob("scan-*"):
        left.unlink()
    return office


@pytest.fixture
def run(county: County) -> Run:
    """A run with lines in two townships."""
    for key in ("a1", "b1"):
        months.award(county.elders[key])
        months.account(county.elders[key])
    return months.decided(MARCH)


def lists(run: Run) -> list[Township]:
    with scope.within(WHOLE_OFFICE):
        return queries.townships(run)


def bring(run: Run, township: Township, scan: bytes, *, digest: str = "") -> Confirmation:
    with scope.within(WHOLE_OFFICE):
        return confirming.confirm(
            run,
            township,
            digest=digest or township.digest,
            scan=scan,
            note="",
            by="clerk",
            at=WHEN,
        )


def kept(store: DataFolder) -> set[str]:
    return {path.name for path in store.files.glob("scan-*")}


def stored() -> set[str]:
    with scope.within(WHOLE_OFFICE):
        return set(Confirmation.objects.values_list("stored", flat=True))


def review(run: Run) -> None:
    with scope.within(WHOLE_OFFICE):
        signing.review(run, digest=run.digest, remark="", by=months.REVIEWER, at=WHEN)
        run.refresh_from_db()


def refused(
    run: Run, township: Township, scan: bytes, store: DataFolder, **more: str
) -> RunRefused:
    """Bring what is refused; nothing of it is kept, and both languages say something."""
    files, rows = kept(store), stored()
    with pytest.raises(RunRefused) as said:
        bring(run, township, scan, **more)
    assert (kept(store), stored()) == (files, rows)
    assert said.value.zh
    assert said.value.en
    assert said.value.zh != said.value.en
    return said.value


@pytest.mark.parametrize(
    "scan",
    [PDF, b"%PDF-1.7 %%EOF", picture("JPEG"), picture("PNG")],
    ids=["pdf", "short", "jpeg", "png"],
)
def test_a_whole_scan_is_taken_and_comes_out_as_it_went_in(
    run: Run, store: DataFolder, scan: bytes
) -> None:
    made = bring(run, lists(run)[0], scan)

    assert sealed_files.take_out(made.stored) == scan
    assert scan not in (store.files / made.stored).read_bytes()
    assert [one.confirmed for one in lists(run)] == [True, False]


@pytest.mark.parametrize(
    "scan",
    [
        b"",
        b"hello",
        b"../../etc/passwd",
        PDF[:-8],
        picture("PNG")[:-30],
        picture("JPEG")[:200],
        picture("GIF"),
        picture("TIFF"),
        b"<html>" + PDF,
        b"PK\x03\x04" + PDF,
        b"MZ" + PDF,
        b"\xff\xd8\xff" + PDF,
        b"\x89PNG\r\n\x1a\n" + PDF,
        b"%PDF-1.4" + b"\0" * scans.LARGEST + b"%%EOF",
    ],
    ids=range(14),
)
def test_what_is_no_whole_scan_is_refused(run: Run, store: DataFolder, scan: bytes) -> None:
    said = refused(run, lists(run)[0], scan, store)

    assert "重新扫描" in said.zh
    assert "scan the stamped list again" in said.en


def test_a_picture_that_unfolds_to_gigabytes_is_refused(run: Run, store: DataFolder) -> None:
    out = BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    assert len(out.getvalue()) < 2**20

    refused(run, lists(run)[0], out.getvalue(), store)


def test_a_list_is_confirmed_once(run: Run, store: DataFolder) -> None:
    one = lists(run)[0]
    bring(run, one, PDF)

    assert "已经确认过" in refused(run, one, PDF, store).zh
    assert "已经确认过" in refused(run, one, picture("PNG"), store).zh


def test_a_scan_serves_one_list_alone(run: Run, store: DataFolder) -> None:
    first, second = lists(run)
    bring(run, first, PDF)

    assert "另一份名单" in refused(run, second, PDF, store).zh


def test_a_list_of_another_township_or_run_does_not_fit(run: Run, store: DataFolder) -> None:
    first, second = lists(run)

    assert "有变化" in refused(run, first, PDF, store, digest=second.digest).zh
    months.approved(run)
    april = months.decided(APRIL)
    assert "有变化" in refused(april, lists(april)[0], PDF, store, digest=first.digest).zh
    assert "有变化" in refused(run, first, picture("PNG"), store).zh  # reviewed meanwhile


def test_a_review_waits_for_every_township_and_says_which(run: Run) -> None:
    first, second = lists(run)
    with pytest.raises(RunRefused) as none:
        review(run)
    bring(run, first, PDF)
    with pytest.raises(RunRefused) as one:
        review(run)
    bring(run, second, picture("PNG"))
    review(run)

    assert none.value.zh.count("、") == 1
    assert "、" not in one.value.zh
    assert run.state == "reviewed"


def test_a_list_that_changed_is_stamped_anew(run: Run, store: DataFolder, county: County) -> None:
    months.stamped(run)
    months.award(county.elders["a2"])
    months.account(county.elders["a2"])
    deciding.decide(run.pk, by=months.MAKER, at=WHEN, today=MARCH)
    with scope.within(WHOLE_OFFICE):
        run.refresh_from_db()
    changed = [one for one in lists(run) if not one.confirmed]

    assert changed
    with pytest.raises(RunRefused, match="还没有收到"):
        review(run)
    bring(run, changed[0], PDF)
    for one in changed[1:]:
        assert "另一份名单" in refused(run, one, PDF, store).zh


def test_a_county_that_asks_for_no_stamps_reviews_without(run: Run) -> None:
    usual = yaml.safe_load(terms._USUAL.read_text("utf-8"))
    del usual["stamped"]
    own = Path(django.DATA.path) / "payments" / f"{COUNTY}.yaml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(yaml.safe_dump(usual, allow_unicode=True), "utf-8")
    try:
        review(run)
    finally:
        own.unlink()

    assert run.state == "reviewed"


def test_what_fails_after_sealing_leaves_no_file(
    run: Run, store: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "record", fails)
    with pytest.raises(OSError, match="disk is full"):
        bring(run, lists(run)[0], PDF)

    assert not kept(store)
    assert not stored()


starts = st.sampled_from([b"", b"%PDF-", b"\xff\xd8\xff", picture("PNG"), picture("JPEG"), PDF])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(start=starts, cut=st.integers(0, 400), middle=st.binary(max_size=80), ends=st.booleans())
def test_no_bytes_break_the_program_or_are_kept_by_halves(
    run: Run, store: DataFolder, start: bytes, cut: int, middle: bytes, ends: bool
) -> None:
    scan = start[: len(start) - cut] + middle + (b"%%EOF" if ends else b"")
    township = min(lists(run), key=lambda one: one.confirmed)

    try:
        made = bring(run, township, scan)
    except RunRefused:
        pass
    else:
        assert not township.confirmed
        assert sealed_files.take_out(made.stored) == scan
    assert kept(store) == stored()

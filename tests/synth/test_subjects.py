"""The other subjects have every fact of their kind and agree with themselves."""

from __future__ import annotations

import pytest

from anlao.synth import SUBJECTS, UnknownSubject, synthesise_subject

# As the contract lists them.
FACTS = {
    "caregiver": "caregiver_id education care_major public_staff service_since skill_level "
    "certified_on first_aid entry_subsidy_paid post_subsidy_paid_level",
    "institution": "institution_id ownership profit registered filed new_build upgraded "
    "nursing_type premises build_kind lease_years beds nursing_beds renewed_beds "
    "nursing_occupancy rating rating_award_paid_level final_account kind premium_average",
    "resident": "resident_id institution_id institution_ownership institution_registered "
    "institution_rating admitted_on present_on_last_day hukou capability_level self_care "
    "dementia economic_status",
    "centre": "centre_id level star score qualified in_institution operating floor_area remote",
    "estate": "estate_id stage households residential_floor_area sites premises_area "
    "smallest_site_area",
    "community": "community_id population care_land_area",
    "staffing": "institution_id kind residents_unable residents_partial residents_able "
    "caregivers service_staff management_staff beds nursing_beds",
    "contract": "contract_id kind start end",
    "fund": "fund_id year lottery_retained elder_care home_care living_money_central "
    "management_money",
}


def test_every_subject_but_the_elder_has_a_generator() -> None:
    assert set(SUBJECTS) == set(FACTS)


@pytest.mark.parametrize("subject", sorted(FACTS))
def test_every_fact_is_a_column(subject: str) -> None:
    table = synthesise_subject(subject=subject, count=200, seed=1)

    assert table.column_names == FACTS[subject].split()
    assert table.num_rows == 200
    assert table.equals(synthesise_subject(subject=subject, count=200, seed=1))


def test_parts_are_never_more_than_the_whole() -> None:
    institutions = synthesise_subject(subject="institution", count=500, seed=2).to_pylist()
    funds = synthesise_subject(subject="fund", count=500, seed=2).to_pylist()

    assert all(row["nursing_beds"] <= row["beds"] for row in institutions)
    assert all(row["home_care"] <= row["elder_care"] <= row["lottery_retained"] for row in funds)


def test_a_contract_ends_after_it_starts() -> None:
    contracts = synthesise_subject(subject="contract", count=500, seed=2).to_pylist()

    assert all(row["start"] < row["end"] for row in contracts)


def test_only_the_certified_have_a_certificate_date() -> None:
    caregivers = synthesise_subject(subject="caregiver", count=500, seed=2).to_pylist()

    assert all(
        (row["certified_on"] is None) == (row["skill_level"] == "none") for row in caregivers
    )


def test_an_elder_is_no_other_subject() -> None:
    with pytest.raises(UnknownSubject, match="synthesise"):
        synthesise_subject(subject="elder", count=1, seed=1)

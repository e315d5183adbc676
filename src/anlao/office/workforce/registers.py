"""The register of caregivers."""

from __future__ import annotations

from typing import Any

from anlao.identity_numbers import IdentityNumber
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.vaults import vault
from anlao.office.subjects.base import Asked, Register
from anlao.office.workforce.models import (
    Caregiver,
    EducationStatus,
    EmploymentStatus,
    FirstAidStatus,
    PaidStatus,
    SkillStatus,
)

IDENTITY = "caregiver.identity_number"

CAREGIVERS = Register(
    kind="caregiver",
    zh="养老护理员",
    en="Caregivers",
    model=Caregiver,
    tables=(EducationStatus, SkillStatus, FirstAidStatus, EmploymentStatus, PaidStatus),
    names={
        "EducationStatus": ("学历", "Education"),
        "SkillStatus": ("职业技能", "Skill"),
        "FirstAidStatus": ("救护员证", "First aid"),
        "EmploymentStatus": ("从业", "Work"),
        "PaidStatus": ("已发补贴", "Subsidies paid"),
    },
    asked=(
        Asked("certificate_number", "证书编号", "Number of the certificate"),
        Asked("certificate_until", "证书有效期至", "Certificate good until", "date"),
        Asked("first_aid_until", "救护员证有效期至", "First-aid certificate good until", "date"),
        Asked("employer_id", "所在机构", "Employer", "institution"),
        Asked("post", "岗位", "Post"),
        Asked("left_on", "离职日期", "Left on", "date"),
    ),
    ends="left_on",
    expiring=("certificate_until", "first_aid_until"),
    is_person=True,
    prefix="H",
)


def set_identity_number(caregiver: Caregiver, number: IdentityNumber) -> None:
    """Keep a number with a file, bound to the file's own number; the caller saves."""
    for name, value in sealed(caregiver, number).items():
        setattr(caregiver, name, value)


def sealed(caregiver: Caregiver, number: IdentityNumber) -> dict[str, Any]:
    """Return a number as the fields of a file keep it."""
    return {
        "identity_cipher": vault().seal(number.number, field=IDENTITY, row=caregiver.file_number),
        "identity_index": index_of(number),
        "identity_mask": number.masked,
    }


def reveal(caregiver: Caregiver, *, reason: str, by: str) -> str:
    """Return a caregiver's whole identity number, "" where there is none; the look is logged."""
    told = Act(
        "reveal",
        CAREGIVERS.subject_of(caregiver.pk),
        caregiver.division_code,
        purpose=reason,
    )
    audit.record(told, by=by)
    sealed_number = caregiver.identity_cipher
    if not sealed_number:
        return ""
    return vault().open(bytes(sealed_number), field=IDENTITY, row=caregiver.file_number)


def index_of(number: IdentityNumber) -> bytes:
    """Return under what a number is found."""
    return vault().index(number.number, field=IDENTITY)

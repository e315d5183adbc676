"""Caregivers, and the dated rows of what is known of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlao.office.facilities.models import Institution
from anlao.office.subjects.base import Known, Subject, one_a_day, one_of, yes_no

_GRADES = ("none", "beginner", "intermediate", "senior", "technician", "senior_technician")


class Caregiver(Subject):
    """养老护理员. Her identity number stands here sealed, is found by index and shown masked."""

    identity_cipher = models.BinaryField(null=True)
    identity_index = models.BinaryField(null=True)
    identity_mask = models.CharField(max_length=18, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("identity_index",), name="caregiver_identity_once"),
        )


class OfCaregiver(Known):
    subject = models.ForeignKey(Caregiver, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class EducationStatus(OfCaregiver):
    """学历: the highest diploma, and whether it is of a care subject."""

    FACTS = ("education", "care_major")
    education = one_of("bachelor", "college", "secondary", "below")
    care_major = yes_no()

    class Meta:
        constraints = (one_a_day("education"),)


class SkillStatus(OfCaregiver):
    """职业技能: the grade of the skill certificate."""

    FACTS = ("skill_level", "certified_on", "certificate_number", "certificate_until")
    skill_level = one_of(*_GRADES)
    certified_on = models.DateField(null=True)
    certificate_number = models.CharField(max_length=60, blank=True)
    certificate_until = models.DateField(null=True)

    class Meta:
        constraints = (
            one_a_day("skill"),
            models.CheckConstraint(
                condition=~Q(skill_level="none") | Q(certified_on__isnull=True),
                name="skill_none_has_no_day",
            ),
        )


class FirstAidStatus(OfCaregiver):
    """救护员证."""

    FACTS = ("first_aid", "first_aid_until")
    first_aid = yes_no()
    first_aid_until = models.DateField(null=True)

    class Meta:
        constraints = (
            one_a_day("first_aid"),
            models.CheckConstraint(
                condition=Q(first_aid_until__isnull=True) | ~Q(first_aid=False),
                name="first_aid_none_has_no_end",
            ),
        )


class EmploymentStatus(OfCaregiver):
    """从业: where she works, and since when without a break."""

    FACTS = ("employer_id", "post", "service_since", "public_staff", "left_on")
    employer = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=60, blank=True)
    service_since = models.DateField(null=True)
    public_staff = yes_no()
    left_on = models.DateField(null=True)

    class Meta:
        constraints = (one_a_day("employment"),)


class PaidStatus(OfCaregiver):
    """已发补贴: which subsidies she has had already."""

    FACTS = ("entry_subsidy_paid", "post_subsidy_paid_level")
    entry_subsidy_paid = yes_no()
    post_subsidy_paid_level = one_of(*_GRADES)

    class Meta:
        constraints = (one_a_day("paid"),)

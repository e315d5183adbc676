"""Dated statuses: what is known of an elder in one respect, as the rulebooks ask."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from anlao.office.registry.models.kept import Kept, one_elder


class Status(Kept):
    """What is known of an elder in one respect; null means that it is not known."""

    FACTS: ClassVar[tuple[str, ...]] = ()
    """Names of the facts that this status holds (as in the rulebooks)."""

    class Meta:
        abstract = True

    def facts(self) -> dict[str, Any]:
        """Return the facts that are known, by name."""
        found = {name: getattr(self, name) for name in self.FACTS}
        return {name: value for name, value in found.items() if value not in (None, "")}


def _no_two(name: str) -> ExclusionConstraint:
    """One status a day, as known at one time."""
    return ExclusionConstraint(
        name=f"{name}_one_a_day",
        expressions=[
            (one_elder(), RangeOperators.OVERLAPS),
            ("valid", RangeOperators.OVERLAPS),
            ("known", RangeOperators.OVERLAPS),
        ],
    )


def _one_of(*values: str) -> models.CharField[Any, Any]:
    return models.CharField(
        max_length=24, blank=True, default="", choices=[(value, value) for value in values]
    )


def _yes_no() -> models.BooleanField[Any, Any]:
    return models.BooleanField(null=True)


class VitalStatus(Status):
    """出生、性别、死亡: birth, sex and death, as the identity document and registers say."""

    FACTS = ("birth_date", "death_date", "sex")
    birth_date = models.DateField(null=True)
    death_date = models.DateField(null=True)
    sex = _one_of("male", "female")

    class Meta:
        constraints = (_no_two("vital"),)


class RegistrationStatus(Status):
    """户籍: where she is registered, and since when."""

    FACTS = ("hukou", "hukou_since", "area_class", "residence")
    hukou = models.CharField(max_length=12, blank=True)
    hukou_since = models.DateField(null=True)
    area_class = _one_of("urban", "rural")
    residence = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = (_no_two("registration"),)


class HardshipStatus(Status):
    """经济困难与特困供养: recognised hardship and destitute support."""

    FACTS = (
        "economic_status",
        "can_work",
        "has_income",
        "has_supporter",
        "support_mode",
        "prefers_concentrated",
    )
    economic_status = _one_of("tekun", "dibao", "dibao_marginal", "low_income", "ordinary")
    can_work = _yes_no()
    has_income = _yes_no()
    has_supporter = _yes_no()
    support_mode = _one_of("concentrated", "dispersed", "none")
    prefers_concentrated = _yes_no()

    class Meta:
        constraints = (_no_two("hardship"),)


class CapabilityStatus(Status):
    """能力与自理: assessed capability. ``never_assessed``: known not to have been assessed."""

    FACTS = ("capability_level", "assessed_on", "self_care", "dementia", "needs_long_term_care")
    capability_level = models.PositiveSmallIntegerField(null=True)
    assessed_on = models.DateField(null=True)
    never_assessed = models.BooleanField(default=False)
    self_care = _one_of("able", "partial", "unable")
    dementia = _yes_no()
    needs_long_term_care = _yes_no()

    class Meta:
        constraints = (
            _no_two("capability"),
            models.CheckConstraint(
                condition=Q(capability_level__isnull=True) | Q(capability_level__lte=4),
                name="capability_level_0_to_4",
            ),
            models.CheckConstraint(
                condition=Q(never_assessed=False) | Q(assessed_on__isnull=True),
                name="capability_never_has_no_day",
            ),
        )


class DisabilityStatus(Status):
    """残疾: kind and grade of the certificate, and the care subsidy drawn on it."""

    FACTS = ("disability_type", "disability_grade", "severe_disability_subsidy")
    disability_type = _one_of(
        "none", "visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple"
    )
    disability_grade = models.PositiveSmallIntegerField(null=True)
    severe_disability_subsidy = _yes_no()

    class Meta:
        constraints = (
            _no_two("disability"),
            models.CheckConstraint(
                condition=Q(disability_grade__isnull=True) | Q(disability_grade__range=(1, 4)),
                name="disability_grade_1_to_4",
            ),
            models.CheckConstraint(
                condition=~Q(disability_type="none") | Q(disability_grade__isnull=True),
                name="disability_none_has_no_grade",
            ),
        )


class LivingStatus(Status):
    """居住与家庭: with whom she lives, and what her family is."""

    FACTS = (
        "lives_alone",
        "empty_nest",
        "left_behind",
        "children_unable_to_care",
        "family_planning_special",
        "honour_status",
        "periodic_allowance",
    )
    lives_alone = _yes_no()
    empty_nest = _yes_no()
    left_behind = _yes_no()
    children_unable_to_care = _yes_no()
    family_planning_special = _yes_no()
    honour_status = _one_of(
        "none",
        "martyr_family",
        "duty_death_family",
        "deceased_military_family",
        "serving_military_family",
        "disabled_veteran",
        "veteran",
    )
    periodic_allowance = _yes_no()

    class Meta:
        constraints = (_no_two("living"),)


class CareStatus(Status):
    """养老方式: where and how she is cared for."""

    FACTS = (
        "care_setting",
        "institution_filed",
        "family_can_care",
        "institution_care_approved",
        "purchased_home_care",
        "home_adapted",
        "homeless",
    )
    care_setting = _one_of("home", "home_bed", "institution")
    institution_filed = _yes_no()
    family_can_care = _yes_no()
    institution_care_approved = _yes_no()
    purchased_home_care = _yes_no()
    home_adapted = _yes_no()
    homeless = _yes_no()

    class Meta:
        constraints = (_no_two("care"),)


class InsuranceStatus(Status):
    """保险待遇: pension scheme and long-term-care insurance."""

    FACTS = ("pension_scheme", "ltci_benefit")
    pension_scheme = _one_of("employee", "resident", "none")
    ltci_benefit = _yes_no()

    class Meta:
        constraints = (_no_two("insurance"),)


STATUSES: tuple[type[Status], ...] = (
    VitalStatus,
    RegistrationStatus,
    HardshipStatus,
    CapabilityStatus,
    DisabilityStatus,
    LivingStatus,
    CareStatus,
    InsuranceStatus,
)

"""The registry: elders, and dated statuses of what is known of them.

A status row holds for a span of days (``valid``) and was what the office knew for a span of time
(``known``). A correction closes ``known`` and adds rows; nothing is overwritten.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q, Value

from anlao.office.organisations.models import Organisation


class Elder(models.Model):
    """An elder with a file. ``division_code``: whose file it is, the village of registration.

    The identity number stands here encrypted; ``identity_index`` finds it, ``identity_mask`` shows
    it. Birth, death and sex are the current words of her VitalStatus, kept for search and lists.
    """

    class State(models.TextChoices):
        LIVING = "living", "在册"
        DECEASED = "deceased", "已故"
        MOVED_OUT = "moved_out", "已迁出"
        MERGED = "merged", "已并档"

    file_number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    initials = models.CharField(max_length=60, blank=True)
    identity_cipher = models.BinaryField(null=True)
    identity_index = models.BinaryField(null=True)
    identity_mask = models.CharField(max_length=18, blank=True)
    phone_cipher = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    phone_mask = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    division_code = models.CharField(max_length=12)
    birth_date = models.DateField(null=True)
    death_date = models.DateField(null=True)
    sex = models.CharField(max_length=6, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.LIVING)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    is_synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("identity_index",),
                condition=~Q(state="merged"),
                name="elder_identity_once",
            ),
            models.CheckConstraint(
                condition=Q(state="merged") ^ Q(merged_into__isnull=True),
                name="elder_merged_names_the_other",
            ),
        )
        indexes = (
            models.Index(
                fields=("division_code",), name="elder_by_division", opclasses=["text_pattern_ops"]
            ),
            models.Index(fields=("name",), name="elder_by_name", opclasses=["text_pattern_ops"]),
            models.Index(
                fields=("initials",), name="elder_by_initials", opclasses=["text_pattern_ops"]
            ),
            models.Index(fields=("phone_index",), name="elder_by_phone"),
            models.Index(fields=("birth_date",), name="elder_by_birth"),
        )

    def __str__(self) -> str:
        return self.name


class Status(models.Model):
    """What is known of an elder in one respect; null means that it is not known.

    ``division_code`` is the elder's, kept equal by the database, for row scope.
    """

    FACTS: ClassVar[tuple[str, ...]] = ()
    """Names of the facts that this status holds (as in the rulebooks)."""
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    valid = DateRangeField()
    known = DateTimeRangeField()
    source = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(max_length=200, blank=True)
    recorded_by = models.CharField(max_length=150)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.elder_id} {self.valid}"

    def facts(self) -> dict[str, Any]:
        """Return the facts that are known, by name."""
        found = {name: getattr(self, name) for name in self.FACTS}
        return {name: value for name, value in found.items() if value not in (None, "")}


def _no_two(name: str) -> ExclusionConstraint:
    """One status a day, as known at one time. The embedded server has no btree_gist: an elder's
    number stands as a range of one.
    """
    elder = Func("elder_id", "elder_id", Value("[]"), function="int8range")
    return ExclusionConstraint(
        name=f"{name}_one_a_day",
        expressions=[
            (elder, RangeOperators.OVERLAPS),
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


class Assignment(models.Model):
    """Which organisation has an elder in its care or on its list, and for how long."""

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="assignments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    valid = DateRangeField()
    purpose = models.CharField(max_length=40)
    assigned_by = models.CharField(max_length=150)

    class Meta:
        constraints = (
            ExclusionConstraint(
                name="assignment_once_a_day",
                expressions=[
                    (
                        Func("elder_id", "elder_id", Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            "organisation_id", "organisation_id", Value("[]"), function="int8range"
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{self.elder_id} {self.organisation_id} {self.purpose}"

"""Institutions, centres and stays, and the dated rows of what is known of each."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from anlao.office.registry.models import Elder
from anlao.office.subjects.base import Known, Subject, level, one_a_day, one_of, yes_no


class Institution(Subject):
    """养老机构. ``credit_code``: its unified social credit code, where it has one."""

    credit_code = models.CharField(max_length=18, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("credit_code",), condition=~Q(credit_code=""), name="institution_code_once"
            ),
        )


class Centre(Subject):
    """居家养老服务中心、照料中心: a place of day care and help, of a township or village."""


class Stay(Subject):
    """入住: an elder in an institution, from admission until she leaves."""

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("elder",), condition=Q(ended_on__isnull=True), name="stay_open_once"
            ),
        )


class OfInstitution(Known):
    subject = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class LegalStatus(OfInstitution):
    """登记备案: who runs it, and that it may."""

    FACTS = (
        "kind",
        "ownership",
        "profit",
        "registered",
        "filed",
        "filing_number",
        "filed_until",
        "closed_on",
    )
    kind = one_of("welfare_home", "township_home", "county_care_centre", "private_home")
    ownership = one_of("public", "private")
    profit = one_of("nonprofit", "for_profit")
    registered = yes_no()
    filed = yes_no()
    filing_number = models.CharField(max_length=60, blank=True)
    filed_until = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = (one_a_day("legal"),)


class PremisesStatus(OfInstitution):
    """用房: how it was built, and whose the house is."""

    FACTS = ("new_build", "upgraded", "premises", "build_kind", "lease_years")
    new_build = yes_no()
    upgraded = yes_no()
    premises = one_of("owned", "leased")
    build_kind = one_of("new", "extended", "own_property", "leased_conversion")
    lease_years = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, validators=[MinValueValidator(0)]
    )

    class Meta:
        constraints = (one_a_day("premises"),)


class BedStatus(OfInstitution):
    """床位: approved beds, and those for nursing."""

    FACTS = ("nursing_type", "beds", "nursing_beds", "renewed_beds", "nursing_occupancy")
    nursing_type = yes_no()
    beds = models.PositiveIntegerField(null=True)
    nursing_beds = models.PositiveIntegerField(null=True)
    renewed_beds = models.PositiveIntegerField(null=True)
    nursing_occupancy = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        null=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )

    class Meta:
        constraints = (
            one_a_day("bed"),
            models.CheckConstraint(
                condition=Q(beds__isnull=True)
                | (
                    (Q(nursing_beds__isnull=True) | Q(nursing_beds__lte=F("beds")))
                    & (Q(renewed_beds__isnull=True) | Q(renewed_beds__lte=F("beds")))
                ),
                name="bed_parts_within_the_whole",
            ),
        )


class RatingStatus(OfInstitution):
    """等级评定: one to five, 0 where it was not rated."""

    FACTS = ("rating", "rated_until")
    rating = level(5)
    rated_until = models.DateField(null=True)

    class Meta:
        constraints = (one_a_day("rating"),)


class GrantStatus(OfInstitution):
    """补助: what grants are reckoned by, and which were paid. Money in fen."""

    FACTS = (
        "final_account",
        "premium_average",
        "rating_award_paid_level",
        "home_upgrade_grant_paid_on",
        "bed_grant_first_paid_on",
        "nursing_bed_grant_paid_on",
        "insurance_subsidy_paid_on",
    )
    final_account = models.BigIntegerField(null=True, validators=[MinValueValidator(0)])
    premium_average = models.BigIntegerField(null=True, validators=[MinValueValidator(0)])
    rating_award_paid_level = level(5)
    home_upgrade_grant_paid_on = models.DateField(null=True)
    bed_grant_first_paid_on = models.DateField(null=True)
    nursing_bed_grant_paid_on = models.DateField(null=True)
    insurance_subsidy_paid_on = models.DateField(null=True)

    class Meta:
        constraints = (one_a_day("grant"),)


class OfferStatus(OfInstitution):
    """对外信息: what whoever looks for a home asks. Money in fen a month, for bed, care and meals.

    ``point``: see `points.py`. ``takes_unable``, ``takes_dementia``: whom it admits.
    """

    FACTS = (
        "address",
        "telephone",
        "point",
        "fee_from",
        "fee_to",
        "takes_unable",
        "takes_dementia",
    )
    address = models.CharField(max_length=120, blank=True)
    telephone = models.CharField(
        max_length=40, blank=True, validators=[RegexValidator(r"\A[0-9 ()（）+,，、转-]{5,40}\Z")]
    )
    point = models.CharField(max_length=40, blank=True)
    fee_from = models.BigIntegerField(null=True, validators=[MinValueValidator(0)])
    fee_to = models.BigIntegerField(null=True, validators=[MinValueValidator(0)])
    takes_unable = yes_no()
    takes_dementia = yes_no()

    class Meta:
        constraints = (
            one_a_day("offer"),
            models.CheckConstraint(
                condition=Q(fee_from__isnull=True)
                | Q(fee_to__isnull=True)
                | Q(fee_to__gte=F("fee_from")),
                name="offer_fees_in_order",
            ),
        )


class OfCentre(Known):
    subject = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class SiteStatus(OfCentre):
    """场所: where it is, how large, and whether it works."""

    FACTS = ("level", "in_institution", "operating", "floor_area", "remote", "closed_on")
    level = one_of("township", "village")
    in_institution = yes_no()
    operating = yes_no()
    floor_area = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, validators=[MinValueValidator(0)]
    )
    remote = yes_no()
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = (one_a_day("site"),)


class AppraisalStatus(OfCentre):
    """年度考核: score, stars, and whether it passed; until the next one is due."""

    FACTS = ("score", "star", "qualified", "appraised_until")
    score = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    star = level(5)
    qualified = yes_no()
    appraised_until = models.DateField(null=True)

    class Meta:
        constraints = (one_a_day("appraisal"),)


class StayStatus(Known):
    """入住: admission and leaving. ``present_on_last_day``: only where it differs from these."""

    FACTS = ("admitted_on", "left_on", "present_on_last_day")
    subject = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="+")
    admitted_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    present_on_last_day = yes_no()

    class Meta:
        constraints = (
            one_a_day("stay"),
            models.CheckConstraint(
                condition=Q(admitted_on__isnull=True)
                | Q(left_on__isnull=True)
                | Q(left_on__gte=F("admitted_on")),
                name="stay_ends_after_it_began",
            ),
        )

"""Rows for the public: institutions with what they cost and their free beds; public notices."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class PublicInstitution(models.Model):
    """An institution that is filed and open, as anybody may know it. None: not known.

    ``number``: of its file. ``fee_from``, ``fee_to``: fen a month for bed, care and meals.
    ``vacant``: beds less residents, on the day it was counted. ``grade``: 0, not rated.
    """

    objects: ClassVar[models.Manager[PublicInstitution]] = models.Manager()

    number = models.BigIntegerField(primary_key=True)
    division_code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=24, blank=True)
    ownership = models.CharField(max_length=24, blank=True)
    grade = models.PositiveSmallIntegerField(null=True)
    address = models.CharField(max_length=120, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    point = models.CharField(max_length=40, blank=True)
    fee_from = models.BigIntegerField(null=True)
    fee_to = models.BigIntegerField(null=True)
    beds = models.PositiveIntegerField(null=True)
    nursing_beds = models.PositiveIntegerField(null=True)
    vacant = models.PositiveIntegerField(null=True)
    takes_unable = models.BooleanField(null=True)
    takes_dementia = models.BooleanField(null=True)
    counted_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("division_code",), name="public_institution_place"),)

    def __str__(self) -> str:
        return self.name

    @property
    def least_fee(self) -> int | None:
        """Return what it costs at least; an institution may have told only the highest."""
        return self.fee_from if self.fee_from is not None else self.fee_to


class PublicNotice(models.Model):
    """A case on public notice, as everybody may read it: through its last day, and no longer.

    ``number``: of the case, shown nowhere. ``name``: masked. ``provision``: empty, where its name
    is not told.
    """

    objects: ClassVar[models.Manager[PublicNotice]] = models.Manager()

    number = models.BigIntegerField(primary_key=True)
    division_code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    provision = models.CharField(max_length=60, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    place = models.CharField(max_length=120)
    told_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("division_code",), name="public_notice_place"),)

    def __str__(self) -> str:
        return f"{self.name} {self.division_code}"


class PublicRecipient(models.Model):
    """That somebody received a provision in a month or year, as everybody may read it for a time.

    It holds nothing by which a file could be found. ``division_code``: a village, or the township
    where a village has too few names. ``period``: "2026-03" or "2026". ``months``: of a year, in
    how many she was paid. ``fen``: of a month, where the county tells sums.
    ``until_day``: the last on which it is up.
    """

    objects: ClassVar[models.Manager[PublicRecipient]] = models.Manager()

    number = models.BigAutoField(primary_key=True)
    county = models.CharField(max_length=6)
    division_code = models.CharField(max_length=12)
    period = models.CharField(max_length=7)
    provision = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    months = models.PositiveSmallIntegerField()
    fen = models.BigIntegerField(null=True)
    until_day = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(name__contains="*"), name="public_recipient_is_masked"
            ),
            models.CheckConstraint(
                condition=models.Q(fen__isnull=True) | models.Q(period__contains="-"),
                name="public_recipient_no_sum_of_a_year",
            ),
        )
        indexes = (
            models.Index(fields=("county", "period", "division_code"), name="public_recipient_by"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.division_code} {self.period}"

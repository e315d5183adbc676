"""One assessment from the request to the published level, and everything it was made from.

Answers, signatures and steps are only ever added; a published assessment never changes again,
except that a later one takes its place.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from anlao.office.assessments import states
from anlao.office.organisations.models import Organisation, User
from anlao.office.registry.models import Elder

ASKERS = ("elder", "agent", "clerk", "automatic")
REASONS = ("first", "routine", "immediate", "dispute", "other")


def _one_of(values: tuple[str, ...], length: int = 12) -> models.CharField[Any, Any]:
    return models.CharField(max_length=length, choices=[(value, value) for value in values])


class Assessment(models.Model):
    """A request for an assessment and what became of it.

    ``is_free``: None where the rulebook cannot tell, or has no such provision. ``round``: 1, and
    one more each time the bureau returns it; signatures count in their own round only.
    ``report_sealed``: the report as it was signed; ``content_hash`` stands for all of it.
    """

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    state = _one_of(states.STATES)
    asked_by = _one_of(ASKERS)
    asked_on = models.DateField()
    reason = _one_of(REASONS)
    note = models.CharField(max_length=200, blank=True)
    is_free = models.BooleanField(null=True)
    free_provision = models.CharField(max_length=60, blank=True)
    free_clause = models.CharField(max_length=120, blank=True)
    body = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    disputes = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="disputed_by"
    )
    instrument = models.CharField(max_length=40, blank=True)
    settings = models.JSONField(default=dict)
    round = models.PositiveSmallIntegerField(default=1)
    assessed_on = models.DateField(null=True)
    settled_on = models.DateField(null=True)
    total = models.PositiveSmallIntegerField(null=True)
    initial_level = models.PositiveSmallIntegerField(null=True)
    final_level = models.PositiveSmallIntegerField(null=True)
    report_sealed = models.BinaryField(null=True)
    content_hash = models.CharField(max_length=64, blank=True)
    reviewed_by = models.CharField(max_length=150, blank=True)
    published_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    code = models.CharField(max_length=19, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("elder",), condition=Q(state__in=states.OPEN), name="assessment_one_open"
            ),
            models.UniqueConstraint(
                fields=("elder",),
                condition=Q(state=states.PUBLISHED),
                name="assessment_one_published",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(states.REQUESTED, states.WITHDRAWN)) | Q(body__isnull=False),
                name="assessment_assigned_has_a_body",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(states.PUBLISHED, states.SUPERSEDED))
                | (
                    Q(final_level__isnull=False)
                    & Q(published_on__isnull=False)
                    & Q(valid_until__isnull=False)
                    & Q(assessed_on__isnull=False)
                    & Q(report_sealed__isnull=False)
                    & ~Q(content_hash="")
                    & ~Q(reviewed_by="")
                    & ~Q(code="")
                ),
                name="assessment_published_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(reason="dispute") | Q(disputes__isnull=True),
                name="assessment_disputes_for_a_reason",
            ),
        )
        indexes = (
            models.Index(fields=("state", "division_code"), name="assessment_by_state"),
            models.Index(fields=("body", "state"), name="assessment_by_body"),
            models.Index(fields=("elder",), name="assessment_by_elder"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number on its papers; it holds nothing that could change."""
        return f"A{self.asked_on.year}-{self.pk:06d}"

    @property
    def is_open(self) -> bool:
        return self.state in states.OPEN

    @property
    def uses_quota(self) -> bool:
        """A review after a change of condition and one that repeats a doubted result use none."""
        return self.is_free is True and self.reason not in ("immediate", "dispute")

    def holds_on(self, day: date) -> bool:
        return (
            self.state == states.PUBLISHED
            and self.valid_until is not None
            and day < self.valid_until
        )


class Part(models.Model):
    """Something that belongs to an assessment; ``division_code`` is the elder's, for row scope."""

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="%(class)ss")
    division_code = models.CharField(max_length=12)

    class Meta:
        abstract = True


class Step(Part):
    """A move from one state into another: who, when, why."""

    act = models.CharField(max_length=12)
    before = _one_of(("", *states.STATES))
    after = _one_of(states.STATES)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.act}"


class Appointment(Part):
    """A visit agreed upon. ``ended``: empty while it stands."""

    day = models.DateField()
    time = models.TimeField()
    place = models.CharField(max_length=120)
    first = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_by = models.CharField(max_length=150)
    ended = models.CharField(
        max_length=12,
        blank=True,
        choices=[(value, value) for value in ("rescheduled", "no_show", "cancelled")],
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("assessment",), condition=Q(ended=""), name="appointment_one_stands"
            ),
            models.CheckConstraint(
                condition=~Q(first=models.F("second")), name="appointment_of_two_people"
            ),
        )
        indexes = (models.Index(fields=("day",), name="appointment_by_day"),)

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.day}"

    @property
    def assessors(self) -> tuple[User, User]:
        return self.first, self.second


class Sheet(Part):
    """A score sheet: each assessor's own, and (``assessor`` null) the one they agree upon."""

    assessor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("assessment", "assessor"),
                name="sheet_one_each",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.assessor_id or 'agreed'}"


class Answer(Part):
    """One answer as it was given; the highest ``version`` of a code is what the sheet says.

    ``value``: points, a choice, several, counts by kind, a text. Texts about people are sealed.
    ``reason``: on the agreed sheet, why this value where the two assessors differed.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="answers")
    code = models.CharField(max_length=24)
    version = models.PositiveIntegerField()
    value = models.JSONField(null=True)
    sealed = models.BinaryField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("sheet", "code", "version"), name="answer_version_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.code} {self.version}"


class Signature(Part):
    """An assessor's signature under a content: ``digest`` is the content hash that she saw."""

    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.assessor_id}"


class OlderResult(models.Model):
    """A result made elsewhere or by an older standard: kept as it was, read in today's levels."""

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    instrument = models.CharField(max_length=40)
    original_level = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    mapping = models.CharField(max_length=40)
    assessed_on = models.DateField()
    evidence = models.CharField(max_length=200)
    recorded_by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("elder", "instrument", "assessed_on"), name="older_result_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.elder_id} {self.instrument} {self.original_level}"


PARTS: tuple[type[Part], ...] = (Step, Appointment, Sheet, Answer, Signature)

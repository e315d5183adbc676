"""A case from the first word to the end of the benefit, and everything that it rests on.

Steps, checks, rulings and answers are only ever added.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.functional import cached_property

from anlao.office.benefits.holders import ElderHolder, Holder, holder_of
from anlao.office.cases import states
from anlao.office.registry.models import Elder

WAYS = ("counter", "village", "phone", "portal", "paper", "finding", "list")
"""How a case came: the last two nobody types in."""
ASKERS = ("self", "agent", "village", "office")
CHECKS = ("data_match", "household_visit", "site_visit")
OUTCOMES = ("approved", "rejected")
PAUSES = ("life_unconfirmed", "lost_contact", "status_in_doubt", "other")


def _one_of(values: tuple[str, ...], length: int = 16) -> models.CharField[Any, Any]:
    return models.CharField(max_length=length, choices=[(value, value) for value in values])


class Case(models.Model):
    """One elder or file of a register, one provision, and what became of it.

    ``subject``: whose, such as "elder:12" or "institution:3"; ``elder``: only of an elder.
    ``path``: the settings it goes by, as they were when it came. ``round``: 1, and one more each
    time it is verified anew; checks count in their own round only. ``deadline_on``: of the present
    state; ``deadline_note``: years whose calendar was not there when it was reckoned.
    """

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    subject = models.CharField(max_length=40)
    elder = models.ForeignKey(Elder, null=True, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    provision = models.CharField(max_length=60)
    state = _one_of(states.STATES)
    way_in = _one_of(WAYS)
    asked_on = models.DateField()
    asked_by_kind = _one_of(ASKERS)
    agent_name = models.CharField(max_length=60, blank=True)
    agent_relation = models.CharField(max_length=60, blank=True)
    ground = models.CharField(max_length=200, blank=True)
    confirmed_on = models.DateField(null=True)
    path = models.JSONField()
    round = models.PositiveSmallIntegerField(default=1)
    deadline_on = models.DateField(null=True)
    deadline_note = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("subject", "provision"),
                condition=Q(state__in=states.LIVE),
                name="case_one_live",
            ),
            models.CheckConstraint(
                condition=~Q(asked_by_kind="agent") | ~Q(agent_name="") & ~Q(agent_relation=""),
                name="case_agent_is_named",
            ),
            models.CheckConstraint(
                condition=Q(elder__isnull=True) & ~Q(subject__startswith="elder:")
                | Q(subject=Concat(Value("elder:"), Cast("elder_id", models.TextField()))),
                name="case_of_an_elder_names_her",
            ),
        )
        indexes = (
            models.Index(fields=("state", "deadline_on"), name="case_by_deadline"),
            models.Index(fields=("elder",), name="case_by_elder"),
            models.Index(fields=("subject",), name="case_by_subject"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def kind(self) -> str:
        """Return whose it is, as rulebooks name the subject."""
        return self.subject.partition(":")[0]

    @cached_property
    def holder(self) -> Holder:
        """Return who or what it is about. Raises LookupError where the scope hides it."""
        found = ElderHolder(self.elder) if self.elder else holder_of(self.subject)
        if found is None:
            raise LookupError(self.subject)
        return found

    @property
    def number(self) -> str:
        """Return the number on its papers; it holds nothing that could change."""
        return f"C{self.asked_on.year}-{self.pk:06d}"

    @property
    def is_pending(self) -> bool:
        return self.state in states.PENDING


class Part(models.Model):
    """Something that belongs to a case; ``division_code`` is the elder's, for row scope."""

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="%(class)ss")
    division_code = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.case_id} {type(self).__name__}"


class Step(Part):
    """A move from one state into another: who, when, why."""

    act = models.CharField(max_length=16)
    before = _one_of(("", *states.STATES))
    after = _one_of(states.STATES)
    reason = models.CharField(max_length=200, blank=True)


class Shown(Part):
    """A paper that is asked for (``note`` empty) or was shown (which one, its number)."""

    zh = models.CharField(max_length=120)
    en = models.CharField(max_length=120)
    note = models.CharField(max_length=200, blank=True)


class Check(Part):
    """A data match or a visit to the household, and whether it bore the application out."""

    kind = _one_of(CHECKS)
    round = models.PositiveSmallIntegerField()
    day = models.DateField()
    agrees = models.BooleanField()
    text = models.CharField(max_length=400)


class Posting(Part):
    """A public notice: from its first day through its last, at a place; names are masked."""

    round = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    place = models.CharField(max_length=120)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case", "round"), name="posting_once_a_round"),
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")), name="posting_ends_after_it_began"
            ),
        )


class Objection(Part):
    """Somebody's objection to a notice, or the elder's to a refusal; answered once."""

    against = _one_of(("notice", "ruling"))
    day = models.DateField()
    who = models.CharField(max_length=60)
    text = models.CharField(max_length=400)
    answer = models.CharField(max_length=400, blank=True)
    is_upheld = models.BooleanField(null=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, is_upheld__isnull=True, answered_by="")
                | Q(answered_at__isnull=False, is_upheld__isnull=False)
                & ~Q(answered_by="")
                & ~Q(answer=""),
                name="objection_answered_whole",
            ),
        )


class Ruling(Part):
    """A decision with everything it rested on. ``by`` is who decided.

    ``frozen``: facts with their sources, month, rulebook and reasons; ``digest`` stands for them.
    ``opens_on``: the first day of the benefit, where it was approved.
    """

    outcome = _one_of(OUTCOMES)
    day = models.DateField()
    opens_on = models.DateField(null=True)
    fen = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=20, blank=True)
    clause = models.CharField(max_length=120)
    reason = models.CharField(max_length=400, blank=True)
    frozen = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome="approved", opens_on__isnull=False)
                | Q(outcome="rejected", opens_on__isnull=True) & ~Q(reason=""),
                name="ruling_is_whole",
            ),
        )


class Pause(Part):
    """A suspension from a day on, and when it ended (``until_day``), if it did."""

    kind = _one_of(PAUSES)
    from_day = models.DateField()
    until_day = models.DateField(null=True)
    fen = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(until_day__isnull=True), name="pause_one_runs"
            ),
        )


class PauseProposal(Part):
    """That a benefit be suspended, because its elder's life was not confirmed in time.

    ``by`` proposes, another answers (``answered_by``): the database refuses one person for both.
    Withdrawn: by itself, when her life is confirmed or the case is open no more.
    ``due_on``: when the confirmation was due; ``from_day``: the first of the first month.
    """

    OPEN, APPROVED, TURNED_DOWN, WITHDRAWN = "open", "approved", "turned_down", "withdrawn"
    STATES = (OPEN, APPROVED, TURNED_DOWN, WITHDRAWN)
    KINDS = ("life_unconfirmed", "lost_contact")

    state = _one_of(STATES)
    kind = _one_of(KINDS)
    due_on = models.DateField()
    from_day = models.DateField()
    reason = models.CharField(max_length=200)
    answer = models.CharField(max_length=200, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(state="open"), name="pause_proposal_one_open"
            ),
            models.CheckConstraint(
                condition=Q(from_day__day=1) & ~Q(reason=""), name="pause_proposal_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True, answered_by="", answer="")
                | Q(state="approved", answered_at__isnull=False) & ~Q(answered_by="")
                | Q(state__in=("turned_down", "withdrawn"), answered_at__isnull=False)
                & ~Q(answered_by="")
                & ~Q(answer=""),
                name="pause_proposal_answered",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "turned_down"))
                | ~Q(answered_by=models.F("by")),
                name="pause_proposal_two_people",
            ),
        )
        indexes = (models.Index(fields=("state", "due_on"), name="pause_proposal_by_state"),)


class ConfirmedAlive(models.Model):
    """生存认证: on a day somebody saw or spoke with her, or matched her data."""

    HOWS = ("in_person", "visit", "video", "data_match")
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    day = models.DateField()
    how = _one_of(HOWS)
    evidence = models.CharField(max_length=200)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("elder", "day"), name="alive_by_elder"),)

    def __str__(self) -> str:
        return f"{self.elder_id} {self.day}"


PARTS: tuple[type[Part], ...] = (
    Step,
    Shown,
    Check,
    Posting,
    Objection,
    Ruling,
    Pause,
    PauseProposal,
)

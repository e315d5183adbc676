"""A message as it was made, and what became of it. Both are only ever added."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.functional import cached_property

from anlao.office.benefits.holders import ElderHolder, Holder, holder_of
from anlao.office.messages import states
from anlao.office.registry.models import Elder

LETTER: Final = "letter"
SMS: Final = "sms"
CHANNELS: Final = (LETTER, SMS)
CAUSES: Final = (
    "benefit_found",
    "more_asked",
    "granted",
    "refused",
    "suspended",
    "resumed",
    "terminated",
    "objection_answered",
    "recovery",
    "payment_returned",
    "life_due",
)


class Message(models.Model):
    """告知: what one elder, or a file of a register, is told, frozen when it was made.

    ``reference``: the row that it is about, such as "step:12": nobody is told of it twice.
    ``channels``: tried in this order, as the settings said then. ``letter``: title and paragraphs
    in both languages; ``sms``: Chinese, with a masked name.
    """

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    subject = models.CharField(max_length=40)
    elder = models.ForeignKey(Elder, null=True, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    cause = models.CharField(max_length=20, choices=[(cause, cause) for cause in CAUSES])
    reference = models.CharField(max_length=60)
    about = models.CharField(max_length=40, blank=True)
    care_of = models.CharField(max_length=130, blank=True)
    channels = ArrayField(models.CharField(max_length=8))
    letter = models.JSONField()
    sms = models.CharField(max_length=300, blank=True)
    happened_at = models.DateTimeField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("cause", "reference"), name="message_once"),
            models.CheckConstraint(
                condition=Q(elder__isnull=True) & ~Q(subject__startswith="elder:")
                | Q(subject=Concat(Value("elder:"), Cast("elder_id", models.TextField()))),
                name="message_to_an_elder_names_her",
            ),
            models.CheckConstraint(
                condition=~Q(channels__contains=[SMS]) | ~Q(sms=""), name="message_sms_has_words"
            ),
        )
        indexes = (
            models.Index(fields=("subject",), name="message_by_subject"),
            models.Index(fields=("division_code", "cause"), name="message_by_division"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number on the letter and in the file of text messages."""
        return f"G{self.pk:08d}"

    @property
    def kind(self) -> str:
        """Return whom it is to, as rulebooks name the subject."""
        return self.subject.partition(":")[0]

    @cached_property
    def holder(self) -> Holder:
        """Return to whom it is. Raises LookupError where the scope hides it."""
        found = ElderHolder(self.elder) if self.elder else holder_of(self.subject)
        if found is None:
            raise LookupError(self.subject)
        return found


class Event(models.Model):
    """What became of a message: the latest one is its state. ``batch``: of which file or print."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="events")
    division_code = models.CharField(max_length=12)
    state = models.CharField(max_length=12, choices=[(one, one) for one in states.STATES])
    note = models.CharField(max_length=200, blank=True)
    batch = models.CharField(max_length=40, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(state__in=(states.FAILED, states.WITHDRAWN)) | ~Q(note=""),
                name="message_event_says_why",
            ),
        )
        indexes = (models.Index(fields=("message", "id"), name="event_by_message"),)

    def __str__(self) -> str:
        return f"{self.message_id} {self.state}"


def with_state(found: QuerySet[Message]) -> QuerySet[Any]:
    """Return messages with their present state, and when and why it came to be."""
    latest = Event.objects.filter(message=OuterRef("pk")).order_by("-pk")
    return found.annotate(
        state=Subquery(latest.values("state")[:1]),
        state_at=Subquery(latest.values("at")[:1]),
        state_note=Subquery(latest.values("note")[:1]),
    )

"""An access card (办事码) and the sign-ins by it. Its code is kept nowhere, only a slow digest."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from anlao.office.registry.models import Elder


class Card(models.Model):
    """What lets one person open one elder's pages: the elder herself, or an agent of hers.

    ``until``: the day on which it is no longer good. ``may_apply``: whether its holder may apply,
    withdraw and object, or only see. ``evidence``: what was shown when it was handed out.
    """

    class Holder(models.TextChoices):
        SELF = "self", "本人"
        AGENT = "agent", "代办人"

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    number = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=200)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    holder = models.CharField(max_length=5, choices=Holder)
    name = models.CharField(max_length=60, blank=True)
    relation = models.CharField(max_length=60, blank=True)
    may_apply = models.BooleanField()
    evidence = models.CharField(max_length=200)
    until = models.DateField()
    issued_by = models.CharField(max_length=150)
    issued_at = models.DateTimeField()
    failed_attempts = models.PositiveSmallIntegerField(default=0)
    locked_until_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(holder="self", name="", relation="")
                | Q(holder="agent") & ~Q(name="") & ~Q(relation=""),
                name="card_agent_is_named",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="")
                | Q(ended_at__isnull=False) & ~Q(ended_by=""),
                name="card_ended_whole",
            ),
            models.UniqueConstraint(
                fields=("elder",),
                condition=Q(holder="self", ended_at__isnull=True),
                name="card_one_of_her_own",
            ),
        )
        indexes = (models.Index(fields=("elder",), name="card_by_elder"),)

    def __str__(self) -> str:
        return self.actor

    @property
    def actor(self) -> str:
        """Return how cases and the log name whoever acts by this card."""
        return f"card:{self.number}"

    @property
    def is_own(self) -> bool:
        return self.holder == self.Holder.SELF


class CardSignIn(models.Model):
    """A sign-in by a card. ``digest``: of what the browser keeps."""

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+")
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    digest = models.BinaryField(unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.card_id} {self.started_at:%Y-%m-%d %H:%M}"


class Correction(models.Model):
    """What somebody says is wrong in the file: ``fact`` as the rulebook names it, ``said`` what is
    right, ``shows`` by what it can be seen. Answered once.
    """

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        ACCEPTED = "accepted", "已更正"
        DECLINED = "declined", "未更正"

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    fact = models.CharField(max_length=60)
    said = models.CharField(max_length=200)
    shows = models.CharField(max_length=200)
    day = models.DateField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    answer = models.CharField(max_length=200, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True, answered_by="", answer="")
                | ~Q(state="open")
                & Q(answered_at__isnull=False)
                & ~Q(answered_by="")
                & ~Q(answer=""),
                name="correction_answered_whole",
            ),
            models.UniqueConstraint(
                fields=("elder", "fact"), condition=Q(state="open"), name="correction_one_waits"
            ),
        )
        indexes = (models.Index(fields=("state", "day"), name="correction_by_day"),)

    def __str__(self) -> str:
        return f"{self.elder_id} {self.fact}"

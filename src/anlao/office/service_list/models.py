"""Editions of service lists with their items, whom to ask, and figures without anybody in them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Edition(models.Model):
    """A year's list of a division, from the draft to the archive.

    ``hands``: everybody who made it or changed an item; the database adds to it, and lets none of
    them review. ``compared``: what the floor check found when it was published. ``confirmed``: the
    reviewer's words where nothing could be compared.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        IN_REVIEW = "in_review", "法制审核中"
        REVIEWED = "reviewed", "审核通过"
        PUBLISHED = "published", "已公布"
        ARCHIVED = "archived", "已归档"
        WITHDRAWN = "withdrawn", "已作废"

    objects: ClassVar[models.Manager[Edition]] = models.Manager()

    division_code = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    document_number = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    hands = ArrayField(models.CharField(max_length=150))
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=150, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    returned_because = models.CharField(max_length=400, blank=True)
    confirmed = models.CharField(max_length=400, blank=True)
    compared = models.JSONField(null=True)
    published_by = models.CharField(max_length=150, blank=True)
    published_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-year", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("division_code",),
                condition=Q(state="published"),
                name="service_list_published_once",
            ),
            models.UniqueConstraint(
                fields=("division_code",),
                condition=Q(state__in=("draft", "in_review", "reviewed")),
                name="service_list_one_at_work",
            ),
            models.CheckConstraint(
                condition=Q(division_code__regex=r"^\d{2}(\d{2}(\d{2})?)?$"),
                name="service_list_of_a_government",
            ),
        )

    def __str__(self) -> str:
        return f"{self.division_code} {self.year}"

    @property
    def is_open(self) -> bool:
        """Return whether items may still change."""
        return self.state == self.State.DRAFT


class Item(models.Model):
    """A service on the list. ``provisions``: what of the rulebook computes it; none where nothing
    does. ``amount`` of an item with provisions comes from the rulebook, never from a hand.
    """

    class Kind(models.TextChoices):
        MATERIAL = "material", "物质帮助"
        CARE = "care", "照护服务"
        CONCERN = "concern", "关爱服务"

    objects: ClassVar[models.Manager[Item]] = models.Manager()

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="items")
    place = models.PositiveSmallIntegerField()
    provisions = ArrayField(models.CharField(max_length=60), default=list)
    name = models.CharField(max_length=80)
    group = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind)
    who = models.CharField(max_length=400)
    what = models.CharField(max_length=600)
    amount = models.TextField(blank=True)
    how = models.CharField(max_length=400)
    bring = models.CharField(max_length=400, blank=True)
    clause = models.CharField(max_length=200)
    office = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, blank=True)
    age_from = models.PositiveSmallIntegerField(null=True)
    age_to = models.PositiveSmallIntegerField(null=True)
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("place", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def amount_lines(self) -> list[str]:
        """Return the amount, each of its cases on a line."""
        return [part for part in self.amount.split("；") if part]


class Contact(models.Model):
    """Where people of a division ask: a county's bureau or a township's office."""

    objects: ClassVar[models.Manager[Contact]] = models.Manager()

    division_code = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.phone}"


class PublicFigures(models.Model):
    """What a decided month tells the public; counts of a few are left out before they come here.

    ``figures``: see `statistics.py`.
    """

    objects: ClassVar[models.Manager[PublicFigures]] = models.Manager()

    division_code = models.CharField(max_length=6, unique=True)
    month = models.DateField()
    counted_at = models.DateTimeField()
    figures = models.JSONField()

    def __str__(self) -> str:
        return f"{self.division_code} {self.month:%Y-%m}"

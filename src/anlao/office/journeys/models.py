"""A journey that was made, with what it changed, so that it can be taken back whole."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlao.office.registry.models import Elder


class Journey(models.Model):
    """``day``: when it happened. ``effects``: rows and assignments that it changed.

    ``other``: the file that was merged into the elder's.
    """

    class Kind(models.TextChoices):
        DEATH = "death", "去世"
        MOVE = "move", "户籍迁移"
        MERGE = "merge", "并档"

    objects: ClassVar[models.Manager[Journey]] = models.Manager()

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="journeys")
    division_code = models.CharField(max_length=12)
    kind = models.CharField(max_length=8, choices=Kind)
    day = models.DateField()
    other = models.ForeignKey(Elder, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    effects = models.JSONField()
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    undone_by = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="merge") ^ Q(other__isnull=True), name="journey_merge_names_other"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by="", undone_reason="")
                | Q(undone_at__isnull=False) & ~Q(undone_by="") & ~Q(undone_reason=""),
                name="journey_undone_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.elder_id} {self.day}"

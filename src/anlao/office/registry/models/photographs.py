"""Photographs: a picture of the elder, one at a time; the rows of earlier ones stay."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlao.office.registry.models.elders import Elder


class Photograph(models.Model):
    """照片: a picture in an elder's file, kept as a sealed file of its own.

    ``stored``: the name of that file, which is gone once the photograph is removed. ``digest`` and
    ``size`` (bytes) are of the picture as it is kept, not as it was sent. ``division_code`` is the
    elder's, kept equal by the database, for row scope.
    """

    objects: ClassVar[models.Manager[Photograph]] = models.Manager()

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    stored = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    added_by = models.CharField(max_length=150)
    added_at = models.DateTimeField()
    removed_by = models.CharField(max_length=150, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("elder",), condition=Q(removed_at__isnull=True), name="photograph_one_each"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) ^ ~Q(removed_by=""),
                name="photograph_removed_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"Photograph {self.pk} {self.added_at}"

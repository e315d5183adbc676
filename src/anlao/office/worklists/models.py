"""A list that somebody wants to see again: what it asks for, never whom it held."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SavedList(models.Model):
    """``asked``: what the list is narrowed to, by name."""

    objects: ClassVar[models.Manager[SavedList]] = models.Manager()

    owner = models.CharField(max_length=150)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    asked = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("owner", "name"), name="list_once_a_name"),)

    def __str__(self) -> str:
        return self.name

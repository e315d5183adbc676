"""A list that was brought into a register: read and checked, not yet committed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class StagedList(models.Model):
    """名单: the sound rows of a file, sealed until they are committed or given up.

    ``division_code``: inside which its files will be. Once committed or given up, ``rows`` is gone.
    """

    objects: ClassVar[models.Manager[StagedList]] = models.Manager()

    class State(models.TextChoices):
        WAITING = "waiting", "待提交"
        COMMITTED = "committed", "已提交"
        DISCARDED = "discarded", "已放弃"

    kind = models.CharField(max_length=20)
    division_code = models.CharField(max_length=12)
    file_name = models.CharField(max_length=200)
    rows = models.BinaryField(null=True)
    count = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    brought_by = models.CharField(max_length=150)
    brought_at = models.DateTimeField()
    settled_by = models.CharField(max_length=150, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"

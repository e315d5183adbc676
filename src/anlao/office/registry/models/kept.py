"""What every row about an elder has: for which days it holds, and when it was known."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.db import models
from django.db.models import Func, Value

from anlao.office.organisations.models import Organisation
from anlao.office.registry.models.elders import Elder


class Kept(models.Model):
    """A row that is never rewritten: a correction closes ``known`` and adds rows.

    ``valid``: the days for which it holds. ``known``: when the office knew it so.
    ``division_code`` is the elder's, kept equal by the database, for row scope.
    """

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    valid = DateRangeField()
    known = DateTimeRangeField()
    source = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(max_length=200, blank=True)
    recorded_by = models.CharField(max_length=150)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.elder_id} {self.valid}"


def one_elder() -> Func:
    """Return an elder's number as a range of one: the embedded server has no btree_gist."""
    return Func("elder_id", "elder_id", Value("[]"), function="int8range")

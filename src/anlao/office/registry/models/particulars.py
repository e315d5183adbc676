"""What a file's head said before: names, identity numbers and telephones since replaced."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anlao.office.registry.models.elders import Elder


class FormerParticular(models.Model):
    """原登记: a name, identity number or telephone that stood in a file until it was replaced.

    ``shown``: the name as it was, or the masked number; empty where none was known. ``sealed``: the
    whole number, bound to the file. ``why``: it was right until then, or never. ``division_code``
    is the elder's, kept equal by the database, for row scope.
    """

    class What(models.TextChoices):
        NAME = "name", "姓名"
        IDENTITY_NUMBER = "identity_number", "身份证号"
        PHONE = "phone", "电话"

    class Why(models.TextChoices):
        CHANGED = "changed", "情况变更"
        MISTAKEN = "mistaken", "原登记有误"

    objects: ClassVar[models.Manager[FormerParticular]] = models.Manager()

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    what = models.CharField(max_length=15, choices=What)
    why = models.CharField(max_length=8, choices=Why)
    shown = models.CharField(max_length=60, blank=True)
    sealed = models.BinaryField(null=True)
    evidence = models.CharField(max_length=200)
    replaced_by = models.CharField(max_length=150)
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(what="name", sealed__isnull=True) & ~Q(shown="")
                | ~Q(what="name") & (Q(sealed__isnull=True) ^ ~Q(shown="")),
                name="former_particular_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"FormerParticular {self.pk} {self.what}"

"""行政区划: one row for each code, with the years in which it was in force."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Division(models.Model):
    """A province, city, county, township or village.

    ``code``: significant digits of the statistical code (2, 4, 6, 9 or 12), so that a division's
    code begins with the codes of all above it. ``successor``: what it became when it ended.
    """

    class Level(models.TextChoices):
        PROVINCE = "province"
        CITY = "city"
        COUNTY = "county"
        TOWNSHIP = "township"
        VILLAGE = "village"

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=8, choices=Level)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    from_date = models.DateField(null=True, blank=True)
    until_date = models.DateField(null=True, blank=True)
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    class Meta:
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$"),
                name="division_code_has_a_level",
            ),
        )

    def __str__(self) -> str:
        return self.name


class DivisionChange(models.Model):
    """区划变更: a division ended on a day and another stands for it from then on.

    Never rewritten: what was wrong is taken back by an entry that ``undoes`` it. ``files``: numbers
    of the files that followed. ``is_new_code``: the successor began with this change.
    """

    old = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    is_new_code = models.BooleanField()
    files = ArrayField(models.BigIntegerField(), default=list)
    reason = models.CharField(max_length=200)
    undoes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id} {self.day}"

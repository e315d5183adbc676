"""Elders: whose file it is, and how she is found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlao.office.registry.names import ROOM


class Elder(models.Model):
    """An elder with a file. ``division_code``: whose file it is, the village of registration.

    The identity number stands here encrypted; ``identity_index`` finds it, ``identity_mask`` shows
    it. Birth, death and sex are the current words of her VitalStatus, kept for search and lists.
    """

    class State(models.TextChoices):
        LIVING = "living", "在册"
        DECEASED = "deceased", "已故"
        MOVED_OUT = "moved_out", "已迁出"
        MERGED = "merged", "已并档"
        WITHDRAWN = "withdrawn", "已撤回"  # opened by mistake; opened anew by the next recording

    file_number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    initials = models.CharField(max_length=ROOM, blank=True)
    identity_cipher = models.BinaryField(null=True)
    identity_index = models.BinaryField(null=True)
    identity_mask = models.CharField(max_length=18, blank=True)
    phone_cipher = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    phone_mask = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    division_code = models.CharField(max_length=12)
    birth_date = models.DateField(null=True)
    death_date = models.DateField(null=True)
    sex = models.CharField(max_length=6, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.LIVING)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    is_synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("identity_index",),
                condition=~Q(state="merged"),
                name="elder_identity_once",
            ),
            models.CheckConstraint(
                condition=Q(state="merged") ^ Q(merged_into__isnull=True),
                name="elder_merged_names_the_other",
            ),
        )
        indexes = (
            models.Index(
                fields=("division_code",), name="elder_by_division", opclasses=["text_pattern_ops"]
            ),
            models.Index(fields=("name",), name="elder_by_name", opclasses=["text_pattern_ops"]),
            models.Index(
                fields=("initials",), name="elder_by_initials", opclasses=["text_pattern_ops"]
            ),
            models.Index(fields=("phone_index",), name="elder_by_phone"),
            models.Index(fields=("birth_date",), name="elder_by_birth"),
        )

    def __str__(self) -> str:
        return self.name

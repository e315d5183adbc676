"""Lines found by their month: those of two years are looked at again when rules change."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = (("payments", "0008_lighter_transfers"),)
    operations = (
        migrations.AddIndex(
            "line",
            models.Index(fields=("month", "run"), condition=Q(counts=True), name="line_by_month"),
        ),
    )

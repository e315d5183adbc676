"""Row security of budgets and samples, and that they are only added to."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("payments", "0003_budgets_and_samples"),)
    operations = (
        migrations.RunSQL((HERE / "checked.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

"""Changes of divisions are kept, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("divisions", "0002_division_change"),)
    operations = (
        migrations.RunSQL((HERE / "kept.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

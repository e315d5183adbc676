"""Row security and triggers, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("citizens", "0003_corrections"),)
    operations = (
        migrations.RunSQL((HERE / "corrections.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

"""What each card lets its holder do, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (
        ("citizens", "0004_corrections_security"),
        ("shared", "0004_shown_card"),
    )
    operations = (
        migrations.RunSQL((HERE / "agents.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

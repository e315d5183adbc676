"""Row security of payments, and what no program may do to money: the SQL beside the models."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (
        ("payments", "0001_initial"),
        ("benefits", "0004_awards_security"),
        ("imports", "0001_initial"),
    )
    operations = (
        migrations.RunSQL((HERE / "kept.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

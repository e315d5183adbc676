"""Row security and triggers, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (
        ("citizens", "0001_initial"),
        ("shared", "0003_own"),
        ("registry", "0007_photographs"),
        ("benefits", "0009_file_awards_security"),
        ("cases", "0003_files"),
        ("payments", "0005_payees"),
    )
    operations = (
        migrations.RunSQL((HERE / "scope.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

"""Row security, what follows what, and that nothing changes, as the SQL beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (
        ("notices", "0001_initial"),
        ("benefits", "0009_file_awards_security"),
        ("shared", "0003_own"),
    )
    operations = (
        migrations.RunSQL((HERE / "scope.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

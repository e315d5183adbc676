"""The log of a file is seen with the file, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("subjects", "0002_row_security"), ("shared", "0005_log_scope"))
    operations = (
        migrations.RunSQL((HERE / "logged.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

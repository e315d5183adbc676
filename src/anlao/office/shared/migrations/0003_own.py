"""The pass of a citizen, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("shared", "0002_row_security"),)
    operations = (migrations.RunSQL((HERE / "own.sql").read_text("utf-8"), migrations.RunSQL.noop),)

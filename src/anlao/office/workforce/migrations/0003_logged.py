"""The log of a file is seen with the file, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("workforce", "0002_row_security"), ("subjects", "0003_logged"))
    operations = (
        migrations.RunSQL((HERE / "logged.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

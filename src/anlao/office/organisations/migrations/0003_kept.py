"""What may be changed about grants and sign-ins, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("organisations", "0002_second_factor"),)
    operations = (
        migrations.RunSQL((HERE / "kept.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

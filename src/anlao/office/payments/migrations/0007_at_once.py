"""What guards lines and transfers is asked once for a statement, or where something is wrong."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("payments", "0006_fewer_indexes"),)
    operations = (
        migrations.RunSQL((HERE / "at_once.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

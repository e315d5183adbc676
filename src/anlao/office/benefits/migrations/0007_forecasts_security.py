"""Row security of forecasts, and that they are only added to."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("benefits", "0006_forecasts"),)
    operations = (
        migrations.RunSQL((HERE / "forecasts.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

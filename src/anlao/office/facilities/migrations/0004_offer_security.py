"""Row security and triggers of what the public is told, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("facilities", "0003_offer"),)
    operations = (
        migrations.RunSQL((HERE / "offer.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

"""The card in a citizen's pass, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("shared", "0003_own"),)
    operations = (
        migrations.RunSQL((HERE / "shown_card.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

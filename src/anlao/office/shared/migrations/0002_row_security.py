"""Row security and triggers, as the SQL files beside the models say."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("shared", "0001_initial"),)
    operations = (
        migrations.RunSQL((HERE / "scope.sql").read_text("utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL((HERE / "audit.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

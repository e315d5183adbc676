"""Row security of the audit log, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("shared", "0004_shown_card"),)
    operations = (
        migrations.RunSQL((HERE / "log_scope.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

"""Row security of imported lists, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("imports", "0001_initial"), ("registry", "0005_details_and_search"))
    operations = (
        migrations.RunSQL((HERE / "scope.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

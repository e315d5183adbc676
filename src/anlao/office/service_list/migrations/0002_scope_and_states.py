"""Row security and the moves, as the SQL files beside the models say."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("service_list", "0001_initial"), ("shared", "0002_row_security"))
    operations = tuple(
        migrations.RunSQL((HERE / name).read_text("utf-8"), migrations.RunSQL.noop)
        for name in ("scope.sql", "states.sql")
    )

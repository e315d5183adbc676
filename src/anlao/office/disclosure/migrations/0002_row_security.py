"""Who reads and who writes, and what takes a notice away, as the SQL files say."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (
        ("disclosure", "0001_initial"),
        ("cases", "0002_scope_and_states"),
        ("registry", "0002_row_security"),
        ("shared", "0002_row_security"),
    )
    operations = tuple(
        migrations.RunSQL((HERE / name).read_text("utf-8"), migrations.RunSQL.noop)
        for name in ("scope.sql", "notices.sql")
    )

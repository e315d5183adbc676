"""Row security of details, and search by index, as the SQL files beside the models say."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


def _file(name: str) -> migrations.RunSQL:
    return migrations.RunSQL((HERE / name).read_text("utf-8"), migrations.RunSQL.noop)


class Migration(migrations.Migration):
    dependencies = (("registry", "0004_details"),)
    operations = (_file("details.sql"), _file("search.sql"))

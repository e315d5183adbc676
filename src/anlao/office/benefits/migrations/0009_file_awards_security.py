"""Row security of awards of files, and that they are kept."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (
        ("benefits", "0008_file_awards"),
        ("facilities", "0002_row_security"),
        ("workforce", "0002_row_security"),
        ("registry", "0007_photographs"),
    )
    operations = (
        migrations.RunSQL((HERE / "file_awards.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

"""What may be changed about tokens, as the SQL file beside the models says."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("organisations", "0004_tokens"),)
    operations = (
        migrations.RunSQL((HERE / "tokens.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

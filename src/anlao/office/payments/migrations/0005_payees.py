"""Lines name their payee: of a resident's subsidy that is the institution."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__).resolve().parents[1]
_OWN = """
ALTER TABLE payments_line DISABLE TRIGGER USER;
UPDATE payments_line SET payee = subject;
ALTER TABLE payments_line ENABLE TRIGGER USER;
UPDATE payments_due SET payee = subject;
"""


class Migration(migrations.Migration):
    dependencies = (("payments", "0004_checked"), ("benefits", "0009_file_awards_security"))
    operations = (
        migrations.AddField("due", "payee", models.CharField(max_length=40, default=""), False),
        migrations.AddField("line", "payee", models.CharField(max_length=40, default=""), False),
        migrations.RunSQL(_OWN, migrations.RunSQL.noop),
        migrations.AddIndex(
            "line",
            models.Index(
                fields=("payee",),
                condition=models.Q(elder__isnull=True),
                name="line_by_payee",
            ),
        ),
        migrations.RunSQL((HERE / "payees.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

"""Fewer indexes, and one question for all transfers of a statement: cheaper to write."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations, models
from django.db.models import PROTECT

HERE = Path(__file__).resolve().parents[1]


def _run() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="payments.run")


class Migration(migrations.Migration):
    dependencies = (("payments", "0005_payees"),)
    operations = (
        migrations.RemoveIndex("line", "line_by_elder"),
        migrations.AlterField("due", "run", _run()),
        migrations.AlterField("line", "run", _run()),
        migrations.AlterField("transfer", "reference", models.CharField(max_length=20)),
        migrations.AlterField("transfer", "run", _run()),
        migrations.AddConstraint(
            "transfer", models.UniqueConstraint(fields=("reference",), name="transfer_reference")
        ),
        migrations.RunSQL((HERE / "brings.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

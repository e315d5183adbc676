"""Lines and transfers that go on to their next state without a new entry in any index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import migrations, models
from django.db.models import PROTECT, BooleanField, ExpressionWrapper, Q

HERE = Path(__file__).resolve().parents[1]


def _is_not(state: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=ExpressionWrapper(~Q(state=state), output_field=BooleanField()),
        output_field=BooleanField(),
        db_persist=True,
    )


def _to(model: str, *, related_name: str = "+", **more: Any) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        f"payments.{model}", on_delete=PROTECT, related_name=related_name, **more
    )


class Migration(migrations.Migration):
    dependencies = (("payments", "0007_at_once"),)
    operations = (
        migrations.RemoveConstraint("line", "line_follows_once"),
        migrations.RemoveConstraint("transfer", "transfer_one_at_a_time"),
        migrations.RemoveIndex("transfer", "transfer_by_run"),
        migrations.AddField("line", "counts", _is_not("left_out")),
        migrations.AddField("transfer", "is_good", _is_not("returned")),
        migrations.AlterField("line", "follows", _to("line", null=True, db_index=False)),
        migrations.AlterField(
            "transfer", "account", _to("account", db_index=False, db_constraint=False)
        ),
        migrations.AlterField("transfer", "file", _to("bankfile", null=True, db_index=False)),
        migrations.AlterField(
            "transfer", "line", _to("line", related_name="transfers", db_constraint=False)
        ),
        migrations.AlterField("transfer", "run", _to("run", db_index=False, db_constraint=False)),
        migrations.AddIndex(
            "line",
            models.Index(
                fields=("follows",), condition=Q(follows__isnull=False), name="line_by_follows"
            ),
        ),
        migrations.AddIndex("transfer", models.Index(fields=("run",), name="transfer_by_run")),
        migrations.AddConstraint(
            "line",
            models.UniqueConstraint(
                fields=("subject", "provision", "period", "follows"),
                condition=Q(counts=True),
                nulls_distinct=False,
                name="line_follows_once",
            ),
        ),
        migrations.AddConstraint(
            "transfer",
            models.UniqueConstraint(
                fields=("line",), condition=Q(is_good=True), name="transfer_one_at_a_time"
            ),
        ),
        migrations.RunSQL((HERE / "transfers.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

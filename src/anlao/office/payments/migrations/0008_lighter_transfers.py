"""Lines and transfers that go on to their next state without a new entry in any index."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations, models
from django.db.models import PROTECT, BooleanField, ExpressionWrapper, Q

HERE = Path(__file__).resolve().parents[1]


def _is_not(state: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=ExpressionWrapper(~Q(state=state), output_field=BooleanField()),
        output_field=BooleanField(),
        db_persist=True,
    )


class Migration(migrations.Migration):
    dependencies = (("payments", "0007_at_once"),)
    operations = (
        migrations.RemoveConstraint("line", "line_follows_once"),
        migrations.RemoveConstraint("transfer", "transfer_one_at_a_time"),
        migrations.RemoveIndex("transfer", "transfer_by_run"),
        migrations.AddField("line", "counts", _is_not("left_out")),
        migrations.AddField("transfer", "is_good", _is_not("returned")),
        migrations.AlterField(
            "line",
            "follows",
            models.ForeignKey(
                db_index=False, null=True, on_delete=PROTECT, related_name="+", to="payments.line"
            ),
        ),
        migrations.AlterField(
            "transfer",
            "account",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=PROTECT,
                related_name="+",
                to="payments.account",
            ),
        ),
        migrations.AlterField(
            "transfer",
            "file",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=PROTECT,
                related_name="+",
                to="payments.bankfile",
            ),
        ),
        migrations.AlterField(
            "transfer",
            "line",
            models.ForeignKey(
                db_constraint=False,
                on_delete=PROTECT,
                related_name="transfers",
                to="payments.line",
            ),
        ),
        migrations.AlterField(
            "transfer",
            "run",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=PROTECT,
                related_name="+",
                to="payments.run",
            ),
        ),
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

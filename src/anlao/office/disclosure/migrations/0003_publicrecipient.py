"""Lists of recipients, with who reads and who writes them."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations, models

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("disclosure", "0002_row_security"),)

    operations = (
        migrations.CreateModel(
            name="PublicRecipient",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("county", models.CharField(max_length=6)),
                ("division_code", models.CharField(max_length=12)),
                ("period", models.CharField(max_length=7)),
                ("provision", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=60)),
                ("months", models.PositiveSmallIntegerField()),
                ("fen", models.BigIntegerField(null=True)),
                ("until_day", models.DateField()),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["county", "period", "division_code"], name="public_recipient_by"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name__contains", "*")),
                        name="public_recipient_is_masked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fen__isnull", True), ("period__contains", "-"), _connector="OR"
                        ),
                        name="public_recipient_no_sum_of_a_year",
                    ),
                ],
            },
        ),
        migrations.RunSQL((HERE / "recipients.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

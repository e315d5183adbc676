"""Access cards and the sign-ins by them."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0007_photographs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Card",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=8, unique=True)),
                ("digest", models.CharField(max_length=200)),
                ("division_code", models.CharField(max_length=12)),
                (
                    "holder",
                    models.CharField(choices=[("self", "本人"), ("agent", "代办人")], max_length=5),
                ),
                ("name", models.CharField(blank=True, max_length=60)),
                ("relation", models.CharField(blank=True, max_length=60)),
                ("may_apply", models.BooleanField()),
                ("evidence", models.CharField(max_length=200)),
                ("until", models.DateField()),
                ("issued_by", models.CharField(max_length=150)),
                ("issued_at", models.DateTimeField()),
                ("failed_attempts", models.PositiveSmallIntegerField(default=0)),
                ("locked_until_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=150)),
                ("ended_reason", models.CharField(blank=True, max_length=200)),
                (
                    "elder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CardSignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("digest", models.BinaryField(unique=True)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="citizens.card",
                    ),
                ),
                (
                    "elder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="card",
            index=models.Index(fields=["elder"], name="card_by_elder"),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("holder", "self"), ("name", ""), ("relation", "")),
                    models.Q(
                        ("holder", "agent"),
                        models.Q(("name", ""), _negated=True),
                        models.Q(("relation", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="card_agent_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_by", "")),
                    models.Q(
                        ("ended_at__isnull", False), models.Q(("ended_by", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="card_ended_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("holder", "self")),
                fields=("elder",),
                name="card_one_of_her_own",
            ),
        ),
    ]

"""Budgets of a year, and samples of what was paid with what was found."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("year", models.PositiveSmallIntegerField()),
                ("fund", models.CharField(max_length=20)),
                ("provision", models.CharField(max_length=60)),
                ("fen", models.BigIntegerField()),
                ("ground", models.CharField(max_length=200)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["division_code", "year"], name="budget_by_year")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fen__gte", 0)), name="budget_not_below_nothing"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ground", ""), _negated=True), name="budget_has_ground"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("confidence", models.PositiveSmallIntegerField()),
                ("tolerated", models.PositiveSmallIntegerField()),
                ("expected", models.PositiveSmallIntegerField()),
                ("population", models.PositiveIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("seed", models.CharField(max_length=32)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="payments.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SampleItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("place", models.PositiveIntegerField()),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="payments.sample",
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.transfer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SampleCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                (
                    "how",
                    models.CharField(
                        choices=[("call", "电话回访"), ("visit", "入户核查")], max_length=5
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("full", "足额收到"),
                            ("less", "收到但不足额"),
                            ("not", "没有收到"),
                            ("unreached", "联系不上"),
                            ("deceased", "已去世"),
                        ],
                        max_length=9,
                    ),
                ),
                ("received_fen", models.BigIntegerField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="payments.sampleitem",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gte", 1), ("size__lte", models.F("population"))),
                name="sample_inside",
            ),
        ),
        migrations.AddConstraint(
            model_name="sampleitem",
            constraint=models.UniqueConstraint(fields=("sample", "transfer"), name="sampled_once"),
        ),
        migrations.AddConstraint(
            model_name="sampleitem",
            constraint=models.UniqueConstraint(fields=("sample", "place"), name="sampled_in_order"),
        ),
        migrations.AddConstraint(
            model_name="samplecheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("received_fen", None), ("result__in", ("unreached", "deceased"))),
                    models.Q(("received_fen", 0), ("result", "not")),
                    models.Q(("received_fen__gt", 0), ("result__in", ("full", "less"))),
                    _connector="OR",
                ),
                name="check_says_how_much",
            ),
        ),
    ]

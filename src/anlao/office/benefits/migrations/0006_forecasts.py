"""Forecasts."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0005_award_case"),
    ]

    operations = [
        migrations.CreateModel(
            name="Forecast",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("begins", models.DateField()),
                ("months", models.PositiveSmallIntegerField()),
                ("known_at", models.DateTimeField()),
                ("rulebook", models.CharField(max_length=40)),
                (
                    "changes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("mortality", models.JSONField(default=dict)),
                ("source", models.CharField(blank=True, max_length=200)),
                ("elders", models.PositiveIntegerField()),
                ("seconds", models.FloatField()),
                ("result", models.JSONField()),
                ("by", models.CharField(max_length=150)),
            ],
            options={
                "indexes": [models.Index(fields=["division_code"], name="forecast_by_division")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("begins__day", 1)), name="forecast_begins_a_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mortality", {}),
                            models.Q(("source", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="forecast_mortality_has_source",
                    ),
                ],
            },
        ),
    ]

"""Awards of files in the registers."""

from __future__ import annotations

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("benefits", "0007_forecasts_security"),)

    operations = (
        migrations.CreateModel(
            name="FileAward",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("division_code", models.CharField(max_length=12)),
                ("provision", models.CharField(max_length=60)),
                ("fen", models.BigIntegerField(null=True)),
                ("case_number", models.BigIntegerField()),
                ("valid", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("known", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("evidence", models.CharField(max_length=200)),
                ("recorded_by", models.CharField(max_length=150)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject", "provision"], name="file_award_by_subject")
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    django.db.models.functions.comparison.Cast(
                                        models.Func(
                                            django.db.models.functions.text.Concat(
                                                models.F("subject"),
                                                models.Value("|"),
                                                models.F("provision"),
                                            ),
                                            models.Value(0),
                                            function="hashtextextended",
                                        ),
                                        models.BigIntegerField(),
                                    ),
                                    django.db.models.functions.comparison.Cast(
                                        models.Func(
                                            django.db.models.functions.text.Concat(
                                                models.F("subject"),
                                                models.Value("|"),
                                                models.F("provision"),
                                            ),
                                            models.Value(0),
                                            function="hashtextextended",
                                        ),
                                        models.BigIntegerField(),
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            ("valid", "&&"),
                            ("known", "&&"),
                        ],
                        name="file_award_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("fen__isnull", True), ("fen__gte", 0), _connector="OR"),
                        name="file_award_never_negative",
                    ),
                ],
            },
        ),
    )

"""Messages to elders and files of registers, and what became of each."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0007_photographs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=40)),
                ("division_code", models.CharField(max_length=12)),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("benefit_found", "benefit_found"),
                            ("more_asked", "more_asked"),
                            ("granted", "granted"),
                            ("refused", "refused"),
                            ("suspended", "suspended"),
                            ("resumed", "resumed"),
                            ("terminated", "terminated"),
                            ("objection_answered", "objection_answered"),
                            ("recovery", "recovery"),
                            ("payment_returned", "payment_returned"),
                            ("life_due", "life_due"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reference", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, max_length=40)),
                ("care_of", models.CharField(blank=True, max_length=130)),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), size=None
                    ),
                ),
                ("letter", models.JSONField()),
                ("sms", models.CharField(blank=True, max_length=300)),
                ("happened_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                (
                    "elder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.elder",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("made", "made"),
                            ("printed", "printed"),
                            ("in_file", "in_file"),
                            ("delivered", "delivered"),
                            ("failed", "failed"),
                            ("read_out", "read_out"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("batch", models.CharField(blank=True, max_length=40)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="notices.message",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["subject"], name="message_by_subject"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["division_code", "cause"], name="message_by_division"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("cause", "reference"), name="message_once"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("elder__isnull", True),
                        models.Q(("subject__startswith", "elder:"), _negated=True),
                    ),
                    (
                        "subject",
                        django.db.models.functions.text.Concat(
                            models.Value("elder:"),
                            django.db.models.functions.comparison.Cast(
                                "elder_id", models.TextField()
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="message_to_an_elder_names_her",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channels__contains", ["sms"]), _negated=True),
                    models.Q(("sms", ""), _negated=True),
                    _connector="OR",
                ),
                name="message_sms_has_words",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["message", "id"], name="event_by_message"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("failed", "withdrawn")), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="message_event_says_why",
            ),
        ),
    ]

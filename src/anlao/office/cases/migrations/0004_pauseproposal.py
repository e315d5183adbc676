"""Proposals to suspend a benefit: one person proposes, another answers."""

from __future__ import annotations

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

HERE = Path(__file__).resolve().parents[1]


class Migration(migrations.Migration):
    dependencies = (("cases", "0003_files"),)

    operations = (
        migrations.CreateModel(
            name="PauseProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division_code", models.CharField(max_length=12)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=150)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("approved", "approved"),
                            ("turned_down", "turned_down"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("life_unconfirmed", "life_unconfirmed"),
                            ("lost_contact", "lost_contact"),
                        ],
                        max_length=16,
                    ),
                ),
                ("due_on", models.DateField()),
                ("from_day", models.DateField()),
                ("reason", models.CharField(max_length=200)),
                ("answer", models.CharField(blank=True, max_length=200)),
                ("answered_by", models.CharField(blank=True, max_length=150)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "due_on"], name="pause_proposal_by_state")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("case",),
                        name="pause_proposal_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_day__day", 1), models.Q(("reason", ""), _negated=True)
                        ),
                        name="pause_proposal_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at__isnull", True),
                                ("answered_by", ""),
                                ("state", "open"),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("state", "approved"),
                                models.Q(("answered_by", ""), _negated=True),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("state__in", ("turned_down", "withdrawn")),
                                models.Q(("answered_by", ""), _negated=True),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="pause_proposal_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("approved", "turned_down")), _negated=True),
                            models.Q(("answered_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="pause_proposal_two_people",
                    ),
                ],
            },
        ),
        migrations.RunSQL((HERE / "proposals.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

"""Cases about files of the registers: a case names whose it is, an elder where it is hers."""

from __future__ import annotations

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Cast, Concat

HERE = Path(__file__).resolve().parents[1]
_NAMED = """
ALTER TABLE cases_case DISABLE TRIGGER USER;
UPDATE cases_case SET subject = 'elder:' || elder_id;
ALTER TABLE cases_case ENABLE TRIGGER USER;
"""
_LIVE = (
    "proposed",
    "asked",
    "returned",
    "verifying",
    "notice",
    "approval",
    "review",
    "open",
    "suspended",
)


class Migration(migrations.Migration):
    dependencies = (
        ("cases", "0002_scope_and_states"),
        ("benefits", "0009_file_awards_security"),
        ("registry", "0007_photographs"),
    )
    operations = (
        migrations.AddField("case", "subject", models.CharField(max_length=40, default=""), False),
        migrations.RunSQL(_NAMED, migrations.RunSQL.noop),
        migrations.AlterField(
            "case",
            "elder",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.elder",
            ),
        ),
        migrations.AlterField(
            "check",
            "kind",
            models.CharField(
                max_length=16,
                choices=[
                    ("data_match", "data_match"),
                    ("household_visit", "household_visit"),
                    ("site_visit", "site_visit"),
                ],
            ),
        ),
        migrations.RemoveConstraint("case", "case_one_live"),
        migrations.AddConstraint(
            "case",
            models.UniqueConstraint(
                fields=("subject", "provision"),
                condition=models.Q(state__in=_LIVE),
                name="case_one_live",
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=models.Q(elder__isnull=True) & ~models.Q(subject__startswith="elder:")
                | models.Q(
                    subject=Concat(models.Value("elder:"), Cast("elder_id", models.TextField()))
                ),
                name="case_of_an_elder_names_her",
            ),
        ),
        migrations.AddIndex("case", models.Index(fields=("subject",), name="case_by_subject")),
        migrations.RunSQL((HERE / "files.sql").read_text("utf-8"), migrations.RunSQL.noop),
    )

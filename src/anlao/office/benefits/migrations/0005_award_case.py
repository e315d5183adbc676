"""An award names the approved case that opened it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0004_awards_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="award",
            name="case_number",
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]

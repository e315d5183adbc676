"""Room for every spelling of a long name; initials that were cut are made anew.

The index of their beginnings is built again with it, which takes a while where many have a file.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Length

from anlao.office.registry.names import searched_initials

BEFORE = 60


def make_anew(apps: Any, editor: Any) -> None:
    """Make those anew that fill the room there was: their last one may be half a one."""
    elders = apps.get_model("registry", "Elder").objects.using(editor.connection.alias)
    for elder in elders.alias(size=Length("initials")).filter(size=BEFORE).only("name"):
        elders.filter(pk=elder.pk).update(initials=searched_initials(elder.name))


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0007_photographs"),
    ]

    operations = [
        migrations.AlterField(
            model_name="elder",
            name="initials",
            field=models.CharField(blank=True, max_length=160),
        ),
        migrations.RunPython(make_anew, migrations.RunPython.noop),
    ]

"""Let the application take saved lists away: they hold no person and are no record."""

from __future__ import annotations

from django.db import migrations

_GRANT = """
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'GRANT DELETE ON worklists_savedlist TO anlao_app';
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = (("worklists", "0001_initial"),)
    operations = (migrations.RunSQL(_GRANT, migrations.RunSQL.noop),)

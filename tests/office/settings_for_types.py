"""Settings for the type checker: the shape of an office, beside what the checker remembers."""

from __future__ import annotations

import os
from pathlib import Path

from anlao.office.database.folder import DataFolder

# The checker ends without a chance to tidy up, so no new folder each time.
_FOLDER = DataFolder(Path(__file__).parents[2] / ".mypy_cache" / "office")
_FOLDER.make()
os.environ["ANLAO_DATA"] = str(_FOLDER.path)

from anlao.office.project.settings import *  # noqa: E402, F403

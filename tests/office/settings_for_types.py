"""Settings for the type checker: the shape of an office, in a folder that nobody keeps."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from anlao.office.database.folder import DataFolder

_FOLDER = DataFolder(Path(tempfile.mkdtemp(prefix="anlao-types-")))
_FOLDER.make()
os.environ["ANLAO_DATA"] = str(_FOLDER.path)

from anlao.office.project.settings import *  # noqa: E402, F403

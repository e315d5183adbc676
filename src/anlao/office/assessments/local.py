"""The settings in force: the instrument's defaults, and what the locality chose otherwise.

DATA/assessments.yaml:   gbt42195-2022: {validity_months: 24}
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml
from django.conf import settings as office

from anlao.office.assessments.instrument.load import load
from anlao.office.assessments.instrument.model import (
    Instrument,
    SettingNotAllowed,
    Settings,
    UnknownSetting,
)
from anlao.office.shared import settings_text

PRESENT: Final = "gbt42195-2022"
"""The instrument that new assessments are scored by."""
OLDER: Final = "mzt039-2013"


class LocalSettingsRefused(ValueError):
    """Raised for a file of local settings that cannot be used; the message says what to mend."""


def instrument(name: str = PRESENT) -> Instrument:
    return load(name)


def in_force(name: str = PRESENT) -> Settings:
    """Return the settings of an instrument in this office. Raises LocalSettingsRefused."""
    path = Path(office.DATA.path) / "assessments.yaml"
    chosen = _chosen(path, name) if path.exists() else {}
    try:
        return load(name).settings(**chosen)
    except (UnknownSetting, SettingNotAllowed) as refusal:
        raise LocalSettingsRefused(f"{path}: {name}: {refusal}") from refusal


def _chosen(path: Path, name: str) -> dict[str, str | int | bool]:
    try:
        read = settings_text.read(path.read_text("utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LocalSettingsRefused(f"{path} cannot be read: {error}") from error
    found = read.get(name, {}) if isinstance(read, dict) else None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise LocalSettingsRefused(f"{path}: {name} must hold settings by name")
    return found

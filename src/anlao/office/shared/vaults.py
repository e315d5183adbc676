"""What seals and opens personal data and secrets in this office."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from anlao.office.shared import keyring
from anlao.office.shared.confidential import KeyringVault, Vault


@cache
def vault() -> Vault:
    """Return the vault that works with the keys of the data folder."""
    return KeyringVault(keyring.load(settings.DATA.keyring_file))

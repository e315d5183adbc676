"""The registry: elders, and dated rows of what is known of them.

A row holds for a span of days (``valid``) and was what the office knew for a span of time
(``known``). A correction closes ``known`` and adds rows; nothing is overwritten.
"""

from __future__ import annotations

from anlao.office.registry.models.assignments import Assignment
from anlao.office.registry.models.details import (
    DETAILS,
    Address,
    Consent,
    Detail,
    Household,
    Relation,
)
from anlao.office.registry.models.elders import Elder
from anlao.office.registry.models.kept import Kept
from anlao.office.registry.models.particulars import FormerParticular
from anlao.office.registry.models.photographs import Photograph
from anlao.office.registry.models.statuses import (
    STATUSES,
    CapabilityStatus,
    CareStatus,
    DisabilityStatus,
    HardshipStatus,
    InsuranceStatus,
    LivingStatus,
    RegistrationStatus,
    Status,
    VitalStatus,
)

__all__ = (
    "DETAILS",
    "STATUSES",
    "Address",
    "Assignment",
    "CapabilityStatus",
    "CareStatus",
    "Consent",
    "Detail",
    "DisabilityStatus",
    "Elder",
    "FormerParticular",
    "HardshipStatus",
    "Household",
    "InsuranceStatus",
    "Kept",
    "LivingStatus",
    "Photograph",
    "RegistrationStatus",
    "Relation",
    "Status",
    "VitalStatus",
)

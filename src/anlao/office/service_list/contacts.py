"""Recording whom the public asks. A number is typed by somebody who knows it, never made up."""

from __future__ import annotations

from datetime import datetime

from anlao.office.service_list.models import Contact
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

FIELDS = ("name", "phone", "address", "hours")


def record(
    *, division: str, name: str, phone: str, address: str, hours: str, by: str, at: datetime
) -> Contact:
    """Write the contact of a county or township; what it was before stands in the log."""
    held = Contact.objects.select_for_update().filter(division_code=division).first()
    new = {"name": name, "phone": phone, "address": address, "hours": hours}
    before = {field: getattr(held, field) for field in FIELDS} if held else None
    if before == new:
        assert held is not None
        return held
    made, _ = Contact.objects.update_or_create(
        division_code=division, defaults=new | {"changed_by": by, "changed_at": at}
    )
    act = Act("record_contact", f"contact:{division}", division, before=before, after=new)
    audit.record(act, by=by)
    return made

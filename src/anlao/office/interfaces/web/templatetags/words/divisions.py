"""Words of divisions: places, and how they change."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words, register
from anlao.places import divisions

ACTS: Words = {
    "change_division": ("区划变更", "changed a division"),
    "take_back_division": ("撤销区划变更", "took back a change of a division"),
}


@register.filter
def place(code: str) -> str:
    """Return the township and village of a division code."""
    found = divisions.find(code)
    if found is None:
        return code
    return "".join(step.name for step in divisions.path(code)[3:]) or found.name

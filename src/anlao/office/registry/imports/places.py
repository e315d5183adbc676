"""Which division a list means by the names of townships and villages, inside one area."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from anlao.places import divisions

_TAIL = re.compile(r"(?:村民委员会|居民委员会|社区居委会|村委会|居委会|社区|村|居)\Z")
_COUNTY, _TOWNSHIP, _VILLAGE = 6, 9, 12


@dataclass
class Places:
    """``area``: code of the area that lists are brought for, a county or a township."""

    area: str
    townships: dict[str, str] = field(default_factory=dict)
    villages: dict[tuple[str, str], str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in divisions.within(self.area[:_COUNTY]):
            if len(one.code) == _TOWNSHIP:
                self.townships[one.name] = one.code
        of_code = {code: name for name, code in self.townships.items()}
        for one in divisions.within(self.area[:_COUNTY]):
            if len(one.code) == _VILLAGE:
                town = one.code[:_TOWNSHIP]
                self.villages[town, _short(one.name)] = one.code
                self.names[of_code.get(town, "") + _short(one.name)] = one.code
        self.names |= self.townships

    def read(self, text: str) -> str | None:
        """Return the code of a name such as 妙高街道上南门村; None for a stranger."""
        plain = "".join(text.split())
        county = divisions.find(self.area[:_COUNTY])
        if county is not None:
            plain = plain.rpartition(county.name)[2]
        return self.names.get(plain) or self.names.get(_short(plain))

    def of_row(self, code: str, township: str, village: str) -> str:
        """Return where a file belongs: by its code, else by names, else the area itself."""
        if len(code) >= _TOWNSHIP:
            return code
        town = self.townships.get(township.strip(), "")
        if not town and len(self.area) >= _TOWNSHIP:
            town = self.area[:_TOWNSHIP]
        return self.villages.get((town, _short(village.strip())), "") or town or self.area


def _short(name: str) -> str:
    return _TAIL.sub("", name) or name

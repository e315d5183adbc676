"""Everything that is told of a county: institutions and notices."""

from __future__ import annotations

from datetime import date, datetime

from anlao.office.cases.models import Posting
from anlao.office.disclosure import institutions, notices
from anlao.office.disclosure.models import PublicInstitution, PublicNotice
from anlao.office.facilities.models import Institution
from anlao.office.shared.county_settings import in_every

_OWNER = "owner"
_COUNTY_DIGITS = 6


def tell(county: str, *, day: date, at: datetime) -> tuple[int, int]:
    """Tell what is known now of a county; return how many institutions and notices there are."""
    return (
        institutions.publish(county, day=day, at=at),
        notices.publish(county, day=day, at=at),
    )


def tell_everywhere(*, day: date, at: datetime) -> tuple[int, int]:
    """Do so for every county that has, or had, anything to tell; return how many of each.

    Raises TermsRefused, once the others are told, for counties whose settings cannot be used.
    """
    counties = {
        code[:_COUNTY_DIGITS]
        for kind in (Institution, Posting, PublicInstitution, PublicNotice)
        for code in kind.objects.using(_OWNER).values_list("division_code", flat=True).distinct()
    }
    told = in_every(sorted(counties), lambda county: tell(county, day=day, at=at))
    return sum(one for one, _ in told), sum(other for _, other in told)

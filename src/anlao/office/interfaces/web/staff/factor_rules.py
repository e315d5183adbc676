"""Which roles must have a second factor, for administrators: a rule for each of their divisions."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.divisions.models import Division
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import factor_rules, factors, roles
from anlao.office.organisations.models import Authenticator


@require_http_methods(["GET", "POST"])
@needs(roles.ADMINISTER)
def rules(request: HttpRequest) -> HttpResponse:
    """Tick roles; whoever holds one sets up her second factor at the next page she opens."""
    asking = who(request)
    places = Division.objects.filter(code__in=asking.where(roles.ADMINISTER).divisions)
    if request.method == "POST":
        place = places.filter(code=request.POST.get("division", "")).first()
        if place is None:
            raise Http404
        wanted = [role for role in request.POST.getlist("role") if role in roles.ROLES]
        factor_rules.require(place, wanted, by=asking.name, at=timezone.now())
        messages.success(request, asking.say("已保存", "Saved"))
        return redirect("web:factor-rules")
    assert asking.user is not None
    has_one = Authenticator.objects.filter(user=asking.user, removed_at=None).exists()
    given = {
        "has_one": has_one,
        "places": [
            (
                place,
                [
                    (role, role.id in required, role.id in factors.RECOMMENDED)
                    for role in roles.ROLES.values()
                ],
            )
            for place in places
            for required in [factor_rules.required_in(place)]
        ],
    }
    return render(request, "web/factor_rules.html", given)

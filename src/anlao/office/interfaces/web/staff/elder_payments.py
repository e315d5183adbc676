"""An elder's money: the account it goes to, and what was owed and paid, month by month."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from anlao.office.benefits import queries as benefits
from anlao.office.benefits.holders import ElderHolder
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.interfaces.web.staff.account_form import AccountForm, entered
from anlao.office.interfaces.web.staff.elders import about, elder_in_scope, purpose_of
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.payments import accounts, queries
from anlao.office.payments.models import Recovery
from anlao.office.registry import files
from anlao.office.registry.models import Elder


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def payments(request: HttpRequest, number: int) -> HttpResponse:
    """What she was owed and paid; clerks enter her account."""
    elder, asking = elder_in_scope(number), who(request)
    sent = request.method == "POST"
    may = asking.may(roles.ENTER_ACCOUNTS) and elder.state == Elder.State.LIVING
    if sent and not may:
        return render(request, "403.html", status=403)
    holder = ElderHolder(elder)
    form = AccountForm(
        request.POST if sent else None,
        asking=asking,
        holder=holder,
        initial={"holder": elder.name},
    )
    if sent and form.is_valid() and entered(form, holder, asking):
        messages.success(request, asking.say("已登记", "Recorded"))
        return redirect("web:elder-payments", number=elder.pk)
    files.note_read(elder, "read_payments", by=asking.name, purpose=purpose_of(request))
    given = {
        "form": form if may else None,
        "account": accounts.of(f"elder:{elder.pk}"),
        "rows": queries.of_elder(elder.pk),
        "names": _names(elder, asking),
        "recoveries": Recovery.objects.filter(elder=elder).order_by("-pk"),
    }
    page = about(request, elder, "payments") | given
    return render(request, "web/elder_payments.html", page, status=400 if form.errors else 200)


def _names(elder: Elder, asking: Who) -> dict[str, str]:
    try:
        return dict(benefits.provision_names(elder.division_code, asking.language))
    except NoRulebook:
        return {}

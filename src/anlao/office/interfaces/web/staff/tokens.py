"""Tokens of the JSON API, for administrators: who holds which, issuing one, revoking one."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.staff.people import DivisionField, organisations_of, places_of
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles, tokens
from anlao.office.organisations.models import Organisation, Token

ACTS = {
    roles.SEE_ELDERS: (
        "查找和查阅老年人（证件号只显示部分）",
        "find and read elders (numbers masked)",
    ),
    roles.RECORD_FACTS: ("登记和更正信息", "record and correct facts"),
    roles.REQUEST_ASSESSMENT: ("申请能力评估", "ask for ability assessments"),
    roles.IMPORT_LISTS: ("查看导入名单的进度和问题", "see how imported lists stand"),
    roles.SEE_FIGURES: ("查看汇总", "see figures"),
    roles.SEE_AUDIT: (
        "校验审计日志（不能与其他权限同用）",
        "verify the audit log (nothing besides)",
    ),
}
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TokenForm(forms.Form):
    """For which organisation and purpose, what it may do, where, and until which day."""

    organisation = forms.ModelChoiceField(Organisation.objects.none())
    name = forms.CharField(max_length=60, min_length=2)
    acts = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    division = DivisionField(None, required=False)
    last = forms.DateField(widget=_DAY)

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        bodies, places = self.fields["organisation"], self.fields["division"]
        assert isinstance(bodies, forms.ModelChoiceField)
        assert isinstance(places, forms.ModelChoiceField)
        bodies.queryset, places.queryset = organisations_of(asking), places_of(asking)
        acts = [(act, asking.say(zh, en)) for act, (zh, en) in ACTS.items()]
        self.fields["acts"].choices = acts  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@needs(roles.ADMINISTER)
def api_tokens(request: HttpRequest) -> HttpResponse:
    """Tokens of the administrator's area; a new one is shown once, on the page that makes it."""
    asking = who(request)
    act = request.POST.get("act", "")
    if act == "revoke":
        return _revoked(request, asking)
    form = TokenForm(
        request.POST if act == "issue" else None,
        asking=asking,
        initial={"last": asking.today + timedelta(days=180)},
    )
    given: dict[str, Any] = {"form": form}
    if act == "issue" and form.is_valid():
        given["secret"] = _issued(form)
        if given["secret"]:
            given["form"] = TokenForm(asking=asking)
    now = timezone.now()
    given["tokens"] = [
        (token, [ACTS[one] for one in token.acts if one in ACTS], token.expires_at <= now)
        for token in _tokens_of(asking)
    ]
    return render(request, "web/tokens.html", given, status=400 if form.errors else 200)


def _issued(form: TokenForm) -> str:
    clean, asking = form.cleaned_data, form.asking
    end = datetime.combine(clean["last"] + timedelta(days=1), time.min)
    try:
        _, secret = tokens.issue(
            organisation=clean["organisation"],
            name=clean["name"],
            acts=clean["acts"],
            division=clean["division"],
            expires_at=timezone.make_aware(end),
            by=asking.name,
            at=timezone.now(),
        )
    except tokens.TokenRefused as refusal:
        form.add_error(None, asking.say_refusal(refusal))
        return ""
    return secret


def _revoked(request: HttpRequest, asking: Who) -> HttpResponse:
    reason = text_in(request.POST, "reason")
    found = _tokens_of(asking).filter(pk=number_in(request.POST, "token")).first()
    if found is None or len(reason) < 2:
        messages.error(request, asking.say("请写明撤销理由", "Say why it is revoked"))
    else:
        tokens.revoke(found, reason=reason, by=asking.name, at=timezone.now())
        messages.success(request, asking.say("令牌已撤销", "The token is revoked"))
    return redirect("web:tokens")


def _tokens_of(asking: Who) -> QuerySet[Token]:
    found = Token.objects.filter(organisation__in=organisations_of(asking))
    return found.select_related("organisation", "division").order_by("-pk")

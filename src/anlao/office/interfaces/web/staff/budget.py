"""A year's budget beside what was spent; finance enters budgets and money that funds gave."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.interfaces.web import charts
from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.staff import counties
from anlao.office.interfaces.web.staff.runs import SEEING, names_of
from anlao.office.interfaces.web.templatetags.words.figures import yuan
from anlao.office.interfaces.web.templatetags.words.payments import FUNDS
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.payments import budgets
from anlao.office.payments.budgets import Compared
from anlao.office.payments.ledger import Share
from anlao.office.payments.refusals import RunRefused
from anlao.office.payments.terms import terms_of
from anlao.office.shared import audit, scope, spreadsheets
from anlao.office.shared.audit import Act
from anlao.office.shared.county_settings import TermsRefused

_FEN = 100
_YEARS = range(2000, 2101)
_SEEING = (roles.PAY, *(act for act in SEEING if act != roles.PAY), roles.SEE_FIGURES)


class _Money(forms.Form):
    fund = forms.ChoiceField()
    yuan = forms.DecimalField(min_value=0, max_digits=14, decimal_places=2)
    ground = forms.CharField(min_length=2, max_length=200)

    def __init__(self, *args: Any, funds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fund"].choices = funds  # type: ignore[attr-defined]

    @property
    def fen(self) -> int:
        return fen_of(self.cleaned_data["yuan"])


class BudgetForm(_Money):
    """What a fund may spend on a provision in the year shown."""

    provision = forms.ChoiceField()

    def __init__(self, *args: Any, names: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provision"].choices = list(names.items())  # type: ignore[attr-defined]


class FundingForm(_Money):
    """Money that a fund gave on a day."""

    day = forms.DateField()


def fen_of(amount: Decimal) -> int:
    """Return an amount with two places as whole fen."""
    return int(amount * _FEN)


@require_http_methods(["GET", "POST"])
@needs()
def year(request: HttpRequest) -> HttpResponse:
    """Budget and spending of a county's year, by provision and fund."""
    asking, county, choices, shown = _shown(request)
    may_enter = bool(county) and asking.where(roles.PAY).covers(county)
    if request.method == "POST" and not may_enter:
        raise PermissionDenied
    names = names_of(county, asking.language)
    given: dict[str, Any] = {
        "county": county,
        "counties": choices,
        "year": shown,
        "names": names,
        "may_enter": may_enter,
    }
    failed = False
    if may_enter:
        forms_ = _forms(request, asking, county, names)
        given |= forms_
        if request.method == "POST":
            if _entered(request, forms_, county, shown):
                return redirect(f"{reverse('web:budget')}?county={county}&year={shown}")
            failed = True
    if county:
        rows = budgets.compared(county, shown)
        given |= {
            "rows": rows,
            "totals": budgets.totals(rows),
            "given": budgets.given(county, shown),
            "history": budgets.history(county, shown),
            "chart": _chart(rows, names, asking) if rows else "",
        }
    return render(request, "web/budget.html", given, status=400 if failed else 200)


@require_GET
@needs()
def file(request: HttpRequest) -> HttpResponse:
    """The same as a table to take along."""
    asking, county, _, shown = _shown(request)
    form = text_in(request.GET, "form")
    if form not in spreadsheets.TYPES or not county:
        raise Http404
    rows = budgets.compared(county, shown)
    data = spreadsheets.written(_table(rows, names_of(county, asking.language), asking), form=form)
    after = {"year": shown, "rows": len(rows)}
    audit.record(Act("export_budget", f"county:{county}", county, after=after), by=asking.name)
    return HttpResponse(
        data,
        content_type=spreadsheets.TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="budget-{county}-{shown}.{form}"'},
    )


def _shown(request: HttpRequest) -> tuple[Who, str, list[tuple[str, str]], int]:
    """Let whoever sees money in: who asks, which county of which, which year."""
    asking = who(request)
    act = next((act for act in _SEEING if asking.may(act)), None)
    if act is None:
        raise PermissionDenied
    where = asking.where(act)
    scope.enter(where)
    choices = counties.inside(where)
    wanted = number_in(request.GET, "year")
    shown = wanted if wanted in _YEARS else asking.today.year
    return asking, counties.chosen(text_in(request.GET, "county"), choices), choices, shown


def _forms(
    request: HttpRequest, asking: Who, county: str, names: dict[str, str]
) -> dict[str, forms.Form]:
    sent, act = request.POST, text_in(request.POST, "act")
    funds = [(name, asking.say(*FUNDS.get(name, (name, name)))) for name in _funds(county)]
    return {
        "budget_form": BudgetForm(
            sent if act == "budget" else None, funds=funds, names=names, prefix="budget"
        ),
        "funding_form": FundingForm(
            sent if act == "funding" else None,
            funds=funds,
            prefix="funding",
            initial={"day": asking.today},
        ),
    }


def _funds(county: str) -> list[str]:
    """Return the funds that the county's terms name, then the usual ones."""
    try:
        named = [fund for one in terms_of(county).sharing for fund in one.shares]
    except TermsRefused:
        named = []
    return list(dict.fromkeys([*named, *FUNDS]))


def _entered(request: HttpRequest, forms_: dict[str, forms.Form], county: str, shown: int) -> bool:
    """Do what a form asks; a refusal is told on it."""
    asking, now = who(request), timezone.now()
    form = forms_.get(f"{text_in(request.POST, 'act')}_form")
    if not isinstance(form, _Money) or not form.is_valid():
        return False
    clean = form.cleaned_data
    try:
        if isinstance(form, BudgetForm):
            told = budgets.Told(
                county, shown, clean["fund"], clean["provision"], form.fen, clean["ground"]
            )
            budgets.enter(told, by=asking.name, at=now)
        else:
            share = Share("", clean["fund"], form.fen)
            budgets.give(
                county, share, day=clean["day"], ground=clean["ground"], by=asking.name, at=now
            )
    except RunRefused as refusal:
        form.add_error(None, asking.say(refusal.zh, refusal.en))
        return False
    messages.success(request, asking.say("已登记", "Entered"))
    return True


def _chart(rows: list[Compared], names: dict[str, str], asking: Who) -> str:
    budget, spent = asking.say("预算", "budget"), asking.say("已支出", "spent")
    found: list[tuple[str, str, float]] = []
    for provision in dict.fromkeys(row.provision for row in rows):
        mine = budgets.totals(row for row in rows if row.provision == provision)
        name = names.get(provision, provision)
        found += [(name, budget, mine.fen / _FEN), (name, spent, mine.spent / _FEN)]
    return charts.pairs(found, series=[budget, spent], unit=asking.say("元", "yuan"))


def _table(rows: list[Compared], names: dict[str, str], asking: Who) -> Iterator[list[str]]:
    say = asking.say
    yield [
        say("事项", "provision"),
        say("资金来源", "fund"),
        say("预算（元）", "budget (yuan)"),
        *(say(f"{month}月", f"month {month}") for month in range(1, budgets.MONTHS + 1)),
        say("已支出（元）", "spent (yuan)"),
        say("使用千分比", "used (permille)"),
        say("全年推算（元）", "outlook (yuan)"),
    ]
    for row in rows:
        yield [
            names.get(row.provision, row.provision),
            say(*FUNDS.get(row.fund, (row.fund, row.fund))),
            _plain(row.fen),
            *(_plain(fen) for fen in row.months),
            _plain(row.spent),
            "" if row.permille is None else str(row.permille),
            _plain(row.outlook),
        ]


def _plain(fen: int | None) -> str:
    return "" if fen is None else yuan(fen).replace(",", "")

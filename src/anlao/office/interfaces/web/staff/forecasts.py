"""What the months to come cost, and what other rates would change; counts and sums only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.benefits import due, forecast_queries, forecasting, mortality, what_if_rules
from anlao.office.benefits.forecast_queries import Cell, Row
from anlao.office.benefits.models import Forecast
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.interfaces.tasks import running
from anlao.office.interfaces.web import charts
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff import counties
from anlao.office.interfaces.web.templatetags.words.divisions import place as place_name
from anlao.office.interfaces.web.templatetags.words.figures import yuan
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.jobs import queries as jobs
from anlao.office.jobs.operations import OneIsWaiting, Wanted
from anlao.office.organisations import roles
from anlao.office.shared import audit, spreadsheets
from anlao.office.shared.audit import Act

_FEN = 100
_MONTHS_OF_YEAR = 12
_CHANGES = range(3)
"""How many figures one forecast may set otherwise."""


class ForecastForm(forms.Form):
    """How many months, which figures otherwise, and who dies."""

    months = forms.TypedChoiceField(
        coerce=int, choices=[(count, str(count)) for count in forecasting.LENGTHS]
    )
    source = forms.CharField(required=False, max_length=200)

    def __init__(
        self, *args: Any, asking: Who, figures: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        for place in _CHANGES:
            self.fields[f"figure_{place}"] = forms.ChoiceField(
                required=False, choices=[("", "—"), *figures]
            )
            self.fields[f"value_{place}"] = forms.DecimalField(
                required=False, min_value=0, max_digits=10, decimal_places=2
            )
        for place, _ in enumerate(mortality.BANDS):
            self.fields[f"rate_{place}"] = forms.DecimalField(
                required=False, min_value=0, max_value=mortality.WHOLE, decimal_places=2
            )

    def clean(self) -> None:
        super().clean()
        clean, say = self.cleaned_data, self.asking.say
        for place in _CHANGES:
            if bool(clean.get(f"figure_{place}")) != (clean.get(f"value_{place}") is not None):
                self.add_error(
                    f"value_{place}", say("标准和金额须同时填写", "choose a figure and its value")
                )
        if self.rates and not clean.get("source"):
            self.add_error("source", say("请写明死亡率的来源", "say where the rates come from"))

    @property
    def changes(self) -> list[str]:
        clean = self.cleaned_data
        return [
            f"{clean[f'figure_{place}']}={clean[f'value_{place}'].normalize():f}"
            for place in _CHANGES
            if clean.get(f"figure_{place}")
        ]

    @property
    def rates(self) -> dict[str, float]:
        """Return yearly deaths per thousand of the bands for which somebody entered one."""
        found = {
            name: self.cleaned_data.get(f"rate_{place}")
            for place, (name, _) in enumerate(mortality.BANDS)
        }
        return {name: float(rate) for name, rate in found.items() if rate is not None}


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_FIGURES)
def listed(request: HttpRequest) -> HttpResponse:
    """The forecasts of a county, and a form that lets a job make another."""
    asking = who(request)
    choices = counties.inside(asking.where(roles.SEE_FIGURES))
    county = counties.chosen(text_in(request.GET, "county"), choices)
    begins = _next(asking.today)
    figures = _figures(county, begins, asking)
    form = ForecastForm(
        request.POST if request.method == "POST" else None, asking=asking, figures=figures
    )
    if request.method == "POST" and county and form.is_valid():
        _queue(request, county, begins, form)
        return redirect(f"{request.path}?county={county}")
    job = jobs.latest(f"forecast:{county}") if county else None
    given = {
        "county": county,
        "counties": choices,
        "form": form,
        "pairs": [(form[f"figure_{place}"], form[f"value_{place}"]) for place in _CHANGES],
        "rates": [(name, form[f"rate_{place}"]) for place, (name, _) in enumerate(mortality.BANDS)],
        "begins": begins,
        "job": job if job is not None and job.who == asking.name and not job.result else None,
        "forecasts": forecast_queries.listed(county) if county else [],
    }
    return render(request, "web/forecasts.html", given, status=400 if form.errors else 200)


def _next(today: date) -> date:
    """Return the month after today's."""
    number = today.year * _MONTHS_OF_YEAR + today.month
    return date(number // _MONTHS_OF_YEAR, number % _MONTHS_OF_YEAR + 1, 1)


def _figures(county: str, month: date, asking: Who) -> list[tuple[str, str]]:
    try:
        found = what_if_rules.figures(county, month) if county else []
    except NoRulebook:
        return []
    return [
        (one.path, f"{asking.say(one.zh, one.en)} {one.key}（{one.value} {one.unit}）")
        for one in found
    ]


def _queue(request: HttpRequest, county: str, begins: date, form: ForecastForm) -> None:
    asking, months = who(request), form.cleaned_data["months"]
    wanted = Wanted(
        running.FORECAST,
        f"支出预测：{begins:%Y-%m}起{months}个月",
        f"Forecast: {months} months from {begins:%Y-%m}",
        f"forecast:{county}",
        county,
        {
            "begins": begins.isoformat(),
            "months": months,
            "changes": form.changes,
            "rates": form.rates,
            "source": form.cleaned_data["source"],
        },
    )
    try:
        running.start(wanted, by=asking.name)
    except OneIsWaiting:
        messages.info(request, asking.say("正在预测，请稍候", "It is being done already"))
    else:
        messages.success(request, asking.say("已开始预测", "It is being made"))


@require_GET
@needs(roles.SEE_FIGURES)
def one(request: HttpRequest, number: int) -> HttpResponse:
    """A forecast by month, township and provision, as charts and tables."""
    asking, found = who(request), _found(number)
    names = _names(found, asking)
    cells = forecast_queries.cells(found)
    towns = sorted({cell[2] for cell in cells})
    provision, town = text_in(request.GET, "provision"), text_in(request.GET, "town")
    provision = provision if provision in names else ""
    town = town if town in towns else ""
    shown = forecast_queries.cells(found, provision=provision, town=town)
    months = forecast_queries.by_month(found, shown)
    by_town = [(place_name(row.name), row) for row in forecast_queries.by_town(shown)]
    given: dict[str, Any] = {
        "forecast": found,
        "names": names,
        "towns": [(code, place_name(code)) for code in towns],
        "provision": provision,
        "town": town,
        "months": months,
        "by_town": by_town,
        "by_provision": forecast_queries.by_provision(shown),
        "total": forecast_queries.total(found, shown),
        "month_chart": _over_months(months, asking),
        "town_chart": _by_town(by_town, asking),
        "turning": [
            (forecast_queries.month_of(found, step), counts)
            for step, counts in enumerate(found.result["turning"])
        ],
        "birthdays": forecasting.BIRTHDAYS,
    }
    return render(request, "web/forecast.html", given)


def _over_months(months: list[Row], asking: Who) -> str:
    as_is, then = asking.say("现行标准", "as it is"), asking.say("调整后", "changed")
    rows = [(row.name, as_is, row.fen / _FEN) for row in months]
    rows += [(row.name, then, row.fen_then / _FEN) for row in months if row.fen_then is not None]
    return charts.lines(rows, series=[as_is, then], unit=asking.say("元", "yuan"))


def _by_town(rows: list[tuple[str, Row]], asking: Who) -> str:
    """Return what a change costs in each township; without one, what is due there."""
    found = [(name, (row.fen if row.more is None else row.more) / _FEN) for name, row in rows]
    found.sort(key=lambda pair: -pair[1])
    return charts.bars(found, unit=asking.say("元", "yuan"))


@require_GET
@needs(roles.SEE_FIGURES)
def file(request: HttpRequest, number: int) -> HttpResponse:
    """All figures of a forecast, by month, provision and township."""
    asking, found = who(request), _found(number)
    form = text_in(request.GET, "form")
    if form not in spreadsheets.TYPES:
        raise Http404
    names = _names(found, asking)
    cells = forecast_queries.cells(found)
    data = spreadsheets.written(_table(found, cells, names, asking), form=form)
    after = {"forecast": found.pk, "rows": len(cells)}
    act = Act("export_forecast", f"county:{found.division_code}", found.division_code, after=after)
    audit.record(act, by=asking.name)
    name = f"forecast-{found.division_code}-{found.begins:%Y-%m}-{found.pk}.{form}"
    return HttpResponse(
        data,
        content_type=spreadsheets.TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _found(number: int) -> Forecast:
    found = forecast_queries.find(number)
    if found is None:
        raise Http404
    return found


def _names(found: Forecast, asking: Who) -> dict[str, str]:
    """Return the names of a forecast's provisions; an id where the rulebook is gone."""
    try:
        known = {one.id: asking.say(one.zh, one.en) for one in due.provided(found.division_code)}
    except NoRulebook:
        known = {}
    return {name: known.get(name, name) for name in found.result["provisions"]}


def _table(
    found: Forecast, cells: list[Cell], names: Mapping[str, str], asking: Who
) -> Iterator[list[str]]:
    say = asking.say
    heads = [("人次", "payments"), ("金额（元）", "yuan"), ("无法判定", "undecided")]
    yield [
        *(say(*words) for words in (("月份", "month"), ("事项", "provision"))),
        *(say(*words) for words in (("区划代码", "code"), ("乡镇（街道）", "township"))),
        *(say(*words) for words in heads),
        *(say(f"调整后{zh}", f"{en}, changed") for zh, en in (heads if found.changes else [])),
    ]
    for step, provision, town, *figures in cells:
        yield [
            forecast_queries.month_of(found, step),
            names[provision],
            town,
            place_name(town),
            *(
                yuan(int(figure)).replace(",", "") if place % 3 == 1 else f"{figure:g}"
                for place, figure in enumerate(figures)
            ),
        ]

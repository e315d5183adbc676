"""The same provisions in OpenFisca, vectorised as its authors advise.

Birth is a date, everything is decided by months, one variable an output, facts that do not change
are eternal (kinder than monthly inputs: they are set and stored once).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import ETERNITY, MONTH
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.simulations import Simulation
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from bench.peers.figures import DOUBLE_NINTH_MONTHS, FIGURES, PROVISIONS, PeerMonth
from bench.people import ENUMS, FLAGS, NO_DAY, UNKNOWN_DAY, WORDS, Array, Columns

Person = build_entity(key="person", plural="persons", label="A person", is_person=True)
Formula = Callable[[Any, Any, Any], Any]
FAR = date(2999, 12, 31)
FAR_DAY = np.datetime64(FAR)
CHOICES: dict[str, Any] = {
    name: Enum(name.title().replace("_", ""), {word.upper(): word for word in words})
    for name, words in ENUMS.items()
}
STATUS, AREA, SETTING = (
    CHOICES[name] for name in ("economic_status", "area_class", "care_setting")
)
PENSION, HONOUR = CHOICES["pension_scheme"], CHOICES["honour_status"]
DIVISIONS = np.array([int(word) // 1000 for word in WORDS], np.int32)
DIVISION = 331123


def _parameters() -> Any:
    """Return the figures as OpenFisca's tree of dated values."""

    def dated(path: tuple[Any, ...], versions: list[tuple[date, Any]]) -> dict[str, Any]:
        latest = versions[-1][1]
        for key in path:
            latest = latest[key]
        if isinstance(latest, dict):
            return {str(key): dated((*path, key), versions) for key in latest}
        values = {}
        for start, value in versions:
            for key in path:
                value = value[key]
            values[start.isoformat()] = {"value": value}
        return {"values": values}

    return ParameterNode("", data={name: dated((), item) for name, item in FIGURES.items()})


def rates(node: Any, names: Any, factor: float = 1.0) -> Array:
    """Return an array of a node's values, 0 for a name it does not have."""
    known = node._children
    return np.array([known.get(str(name), 0) * factor for name in names], np.float32)


def by_age(node: Any, age: Array) -> Array:
    """Return the value of the highest age in a node that was reached."""
    ages = sorted(int(name) for name in node._children)
    table = np.array([0, *(node._children[str(limit)] for limit in ages)], np.float32)
    return table[np.digitize(age, ages)]


def indices(values: Any) -> Array:
    return np.asarray(values)


# facts derived once a month


def age(person: Any, period: Any, _: Any) -> Any:
    """Completed years on the month's last day, or on the day of death: months decide but then."""
    birth, death = person("birth_date", period), person("death_date", period)
    born = birth.astype("datetime64[M]")
    month = (period.start.year - 1970) * 12 + period.start.month - 1
    died = np.flatnonzero(
        (death >= np.datetime64(period.start.date)) * (death < np.datetime64(period.stop.date))
    )
    months = month - born.astype(np.int64)
    before = birth[died] - born[died] > death[died] - np.datetime64(period.start.date)
    months[died] -= before
    return months // 12


def age_before(person: Any, period: Any, _: Any) -> Any:
    return person("age", period.last_month)


def registered(person: Any, period: Any, _: Any) -> Any:
    since = person("hukou_since", period)
    first = np.datetime64(period.start.date)
    return (person("hukou", period) == DIVISION) * ((since <= first) + (since == FAR_DAY))


def entitled(person: Any, period: Any, _: Any) -> Any:
    alive = person("death_date", period) >= np.datetime64(period.start.date)
    return person("registered", period) * alive


def entitled_whole_month(person: Any, period: Any, _: Any) -> Any:
    alive = person("death_date", period) > np.datetime64(period.stop.date)
    return person("registered", period) * alive


def elder(person: Any, period: Any, _: Any) -> Any:
    return person("entitled", period) * (person("age", period) >= 60)


def poor(person: Any, period: Any, _: Any) -> Any:
    status = person("economic_status", period)
    hard = (status == STATUS.TEKUN) + (status == STATUS.DIBAO) + (status == STATUS.DIBAO_MARGINAL)
    return person("elder", period) * hard


def in_institution(person: Any, period: Any, _: Any) -> Any:
    return person("care_setting", period) == SETTING.INSTITUTION


HELPERS: dict[str, tuple[Formula, type]] = {
    "age": (age, int),
    "age_before": (age_before, int),
    "registered": (registered, bool),
    "entitled": (entitled, bool),
    "entitled_whole_month": (entitled_whole_month, bool),
    "elder": (elder, bool),
    "poor": (poor, bool),
    "in_institution": (in_institution, bool),
}

# the provisions


def old_age_allowance(person: Any, period: Any, parameters: Any) -> Any:
    rate = by_age(parameters(period).old_age_allowance, person("age", period))
    return person("entitled", period) * rate


def hardship_age_supplement(person: Any, period: Any, parameters: Any) -> Any:
    status, years = person("economic_status", period), person("age_before", period)
    node = parameters(period).hardship_age_supplement
    tekun = (status == STATUS.TEKUN) * by_age(node.tekun, years)
    dibao = (status == STATUS.DIBAO) * by_age(node.dibao, years)
    return person("entitled", period) * (tekun + dibao)


def _standard(person: Any, period: Any, parameters: Any) -> Any:
    area = indices(person("area_class", period))
    return rates(parameters(period).dibao_standard, ENUMS["area_class"])[area]


def near_poor_oldest_allowance(person: Any, period: Any, parameters: Any) -> Any:
    near = person("economic_status", period) == STATUS.DIBAO_MARGINAL
    amount = (
        _standard(person, period, parameters) * parameters(period).near_poor_oldest_percent / 100
    )
    return person("entitled", period) * (person("age", period) >= 80) * near * amount


def centenarian_nutrition(person: Any, period: Any, parameters: Any) -> Any:
    due = person("entitled", period) * (person("age", period) >= 100)
    return due * parameters(period).centenarian_nutrition


def centenarian_reward(person: Any, period: Any, parameters: Any) -> Any:
    turned = (person("age", period) >= 100) * (person("age_before", period) < 100)
    return person("entitled", period) * turned * parameters(period).centenarian_reward


def nominal_90_reward(person: Any, period: Any, parameters: Any) -> Any:
    if period.start.month != 1:
        return person.filled_array(0)
    born = person("birth_date", period).astype("datetime64[Y]").astype(np.int64) + 1970
    reached = period.start.year - born + 1 == 90
    return person("entitled", period) * reached * parameters(period).nominal_90_reward


def double_ninth_gift(person: Any, period: Any, parameters: Any) -> Any:
    if (period.start.year, period.start.month) not in DOUBLE_NINTH_MONTHS:
        return person.filled_array(0)
    rate = by_age(parameters(period).double_ninth_gift, person("age", period))
    return person("entitled", period) * rate


def new_year_gift(person: Any, period: Any, parameters: Any) -> Any:
    if period.start.month != 1:
        return person.filled_array(0)
    area = indices(person("area_class", period))
    rate = rates(parameters(period).new_year_gift, ENUMS["area_class"])[area]
    return person("entitled", period) * (person("age", period) >= 90) * rate


def accident_insurance(person: Any, period: Any, parameters: Any) -> Any:
    if period.start.month != 1:
        return person.filled_array(0)
    family = person("elder", period) * person("family_planning_special", period)
    covered = person("entitled", period) * (person("age", period) >= 70) + family
    return covered * parameters(period).accident_premium


def bus_card(person: Any, period: Any, _: Any) -> Any:
    return person("entitled", period) * (person("age_before", period) >= 65)


def health_check(person: Any, period: Any, _: Any) -> Any:
    if period.start.month != 5:
        return person.filled_array(0)
    return person("entitled", period) * (person("age", period) >= 65)


def assessment_due(person: Any, period: Any, _: Any) -> Any:
    assessed = person("assessed_on", period)
    old = assessed <= np.datetime64(period.start.offset(-2, "year").date)
    return person("elder", period) * ((assessed == FAR_DAY) + old)


def care_subsidy_gross(person: Any, period: Any, parameters: Any) -> Any:
    status = person("economic_status", period)
    tier = rates(parameters(period).care_tier_rate, range(5))[person("capability_level", period)]
    half = parameters(period).near_poor_percent / 100
    share = (status == STATUS.DIBAO) + half * (status == STATUS.DIBAO_MARGINAL)
    insured = person("ltci_benefit", period)
    return person("elder", period) * (1 - insured) * share * tier


def severe_disability_gross(person: Any, period: Any, parameters: Any) -> Any:
    rate = rates(parameters(period).severe_disability_rate, range(1, 6))
    return person("elder", period) * rate[person("disability_grade", period) - 1]


def insurance_gross(person: Any, period: Any, parameters: Any) -> Any:
    rate = rates(parameters(period).insurance_supplement, range(5))
    due = person("elder", period) * person("ltci_benefit", period)
    return due * rate[person("capability_level", period)]


def care_subsidy(person: Any, period: Any, _: Any) -> Any:
    own = person("care_subsidy_gross", period)
    others = np.maximum(
        person("severe_disability_gross", period), person("insurance_gross", period)
    )
    return own * (own >= others)


def severe_disability_care(person: Any, period: Any, _: Any) -> Any:
    own = person("severe_disability_gross", period)
    before, after = person("care_subsidy_gross", period), person("insurance_gross", period)
    return own * (own > before) * (own >= after)


def insurance_supplement(person: Any, period: Any, _: Any) -> Any:
    own = person("insurance_gross", period)
    others = np.maximum(
        person("severe_disability_gross", period), person("care_subsidy_gross", period)
    )
    return own * (own > others)


def home_bed_subsidy(person: Any, period: Any, parameters: Any) -> Any:
    rate = rates(parameters(period).home_bed_rate, range(5))[person("capability_level", period)]
    return person("elder", period) * (person("care_setting", period) == SETTING.HOME_BED) * rate


def institution_nursing(person: Any, period: Any, parameters: Any) -> Any:
    node = parameters(period).institution_rate
    table = np.array([rates(node._children[name], range(5)) for name in ENUMS["economic_status"]])
    status = indices(person("economic_status", period))
    rate = table[status, person("capability_level", period)]
    due = person("entitled_whole_month", period) * (person("age", period) >= 60)
    return due * person("in_institution", period) * rate


def home_care_hours(person: Any, period: Any, parameters: Any) -> Any:
    cap = rates(parameters(period).home_care_hours_cap, range(5))
    hours = np.minimum(person("care_hours", period), cap[person("capability_level", period)])
    due = person("elder", period) * person("purchased_home_care", period)
    due = due * np.logical_not(person("in_institution", period))
    return due * hours * parameters(period).home_care_hour_rate


def dementia_guard(person: Any, period: Any, parameters: Any) -> Any:
    due = person("elder", period) * person("dementia", period)
    return (
        due * np.logical_not(person("in_institution", period)) * parameters(period).dementia_money
    )


def respite_care(person: Any, period: Any, _: Any) -> Any:
    severe = person("elder", period) * (person("capability_level", period) >= 3)
    at_home = person("care_setting", period) == SETTING.HOME
    return severe * at_home * np.logical_not(person("lives_alone", period))


def assistive_devices(person: Any, period: Any, _: Any) -> Any:
    return person("poor", period) * (person("capability_level", period) >= 2)


def bathing_aid(person: Any, period: Any, _: Any) -> Any:
    severe = person("elder", period) * (person("capability_level", period) >= 3)
    return severe * np.logical_not(person("in_institution", period))


def hardship_allowance(person: Any, period: Any, parameters: Any) -> Any:
    status = indices(person("economic_status", period))
    rate = rates(parameters(period).hardship_allowance, ENUMS["economic_status"])
    return person("elder", period) * rate[status]


def destitute_living(person: Any, period: Any, parameters: Any) -> Any:
    destitute = person("elder", period) * (person("economic_status", period) == STATUS.TEKUN)
    share = parameters(period).destitute_percent / 100
    return destitute * _standard(person, period, parameters) * share


def destitute_care(person: Any, period: Any, parameters: Any) -> Any:
    node = parameters(period).destitute_care_rate
    table = np.array(
        [rates(node._children[name], ENUMS["care_setting"]) for name in ENUMS["self_care"]]
    )
    rate = table[indices(person("self_care", period)), indices(person("care_setting", period))]
    due = person("entitled_whole_month", period) * (person("age", period) >= 60)
    return due * (person("economic_status", period) == STATUS.TEKUN) * rate


def pension_top_up(person: Any, period: Any, parameters: Any) -> Any:
    status = person("economic_status", period)
    target = _standard(person, period, parameters) * parameters(period).pension_target_percent / 100
    gap = np.maximum(target - person("pension_amount", period), 0)
    due = person("entitled", period) * (person("age", period) >= 65)
    due = due * (person("pension_scheme", period) != PENSION.EMPLOYEE)
    return due * (status != STATUS.TEKUN) * (status != STATUS.DIBAO) * gap


def utilities_money(person: Any, period: Any, parameters: Any) -> Any:
    pressed = person("economic_status", period) != STATUS.ORDINARY
    due = person("elder", period) * pressed * np.logical_not(person("in_institution", period))
    return due * parameters(period).utilities_money


def heating_money(person: Any, period: Any, parameters: Any) -> Any:
    if period.start.month != 11:
        return person.filled_array(0)
    node = parameters(period).heating_money
    table = np.array(
        [rates(node._children[name], ENUMS["economic_status"]) for name in ENUMS["area_class"]]
    )
    area, status = (indices(person(name, period)) for name in ("area_class", "economic_status"))
    return person("elder", period) * table[area, status]


def premium_paid(person: Any, period: Any, parameters: Any) -> Any:
    if period.start.month != 12:
        return person.filled_array(0)
    near = person("economic_status", period) == STATUS.DIBAO_MARGINAL
    share = np.where(near, parameters(period).near_poor_percent / 100, 1)
    return person("poor", period) * parameters(period).premium_paid * share


def home_adaptation(person: Any, period: Any, parameters: Any) -> Any:
    status = indices(person("economic_status", period))
    rate = rates(parameters(period).home_adaptation_grant, ENUMS["economic_status"])
    due = person("poor", period) * (person("capability_level", period) >= 1)
    due = due * np.logical_not(person("home_adapted", period))
    return due * np.logical_not(person("in_institution", period)) * rate[status]


def meal_gross(person: Any, period: Any, parameters: Any) -> Any:
    node = parameters(period).meal_rate
    bands = np.digitize(person("age", period), (70, 80, 90))
    table = np.array(
        [[0, *rates(node._children[name], (70, 80, 90))] for name in ENUMS["economic_status"]]
    )
    rate = table[indices(person("economic_status", period)), bands]
    return person("entitled", period) * rate


def meal_alone_gross(person: Any, period: Any, parameters: Any) -> Any:
    due = person("entitled", period) * (person("age", period) >= 75) * person("lives_alone", period)
    return due * parameters(period).meal_alone_money


def meal_subsidy(person: Any, period: Any, _: Any) -> Any:
    own, other = person("meal_gross", period), person("meal_alone_gross", period)
    return own * (own >= other)


def meal_subsidy_alone(person: Any, period: Any, _: Any) -> Any:
    own, other = person("meal_alone_gross", period), person("meal_gross", period)
    return own * (own > other)


def lives_alone_visit(person: Any, period: Any, _: Any) -> Any:
    return person("elder", period) * person("lives_alone", period)


def empty_nest_call(person: Any, period: Any, _: Any) -> Any:
    nest = person("empty_nest", period) + person("left_behind", period)
    due = person("entitled", period) * (person("age", period) >= 70) * nest
    return due * np.logical_not(person("lives_alone_visit", period))


def left_behind_visit(person: Any, period: Any, _: Any) -> Any:
    rural = person("area_class", period) == AREA.RURAL
    return person("elder", period) * person("left_behind", period) * rural


def special_hardship_visit(person: Any, period: Any, _: Any) -> Any:
    special = (
        person("lives_alone", period)
        + person("empty_nest", period)
        + person("left_behind", period)
        + (person("capability_level", period) >= 2)
        + (person("disability_grade", period) <= 2)
        + person("family_planning_special", period)
    )
    return person("elder", period) * special


def emergency_button(person: Any, period: Any, _: Any) -> Any:
    alone = person("lives_alone", period) + person("empty_nest", period)
    due = person("entitled", period) * (person("age", period) >= 80) * alone
    return due * np.logical_not(person("in_institution", period))


def family_planning_money(person: Any, period: Any, parameters: Any) -> Any:
    rate = by_age(parameters(period).family_planning_rate, person("age", period))
    return person("entitled", period) * person("family_planning_special", period) * rate


def family_planning_insurance(person: Any, period: Any, parameters: Any) -> Any:
    if period.start.month != 3:
        return person.filled_array(0)
    due = person("elder", period) * person("family_planning_special", period)
    due = due * (person("capability_level", period) >= 2)
    return due * parameters(period).family_planning_insurance


def honour_allowance(person: Any, period: Any, parameters: Any) -> Any:
    rate = rates(parameters(period).honour_rate, ENUMS["honour_status"])
    return person("elder", period) * rate[indices(person("honour_status", period))]


def honour_oldest_money(person: Any, period: Any, parameters: Any) -> Any:
    status = person("honour_status", period)
    family = (
        (status == HONOUR.MARTYR_FAMILY)
        + (status == HONOUR.DUTY_DEATH_FAMILY)
        + (status == HONOUR.DECEASED_MILITARY_FAMILY)
    )
    due = person("entitled_whole_month", period) * (person("age", period) >= 80) * family
    return due * parameters(period).honour_oldest_money


def veteran_priority(person: Any, period: Any, _: Any) -> Any:
    status = person("honour_status", period)
    veteran = (status == HONOUR.DISABLED_VETERAN) + (status == HONOUR.VETERAN)
    return person("elder", period) * veteran


GROSS: dict[str, Formula] = {
    "care_subsidy_gross": care_subsidy_gross,
    "severe_disability_gross": severe_disability_gross,
    "insurance_gross": insurance_gross,
    "meal_gross": meal_gross,
    "meal_alone_gross": meal_alone_gross,
}
SERVICES = {
    "bus-card",
    "health-check",
    "assessment-due",
    "respite-care",
    "assistive-devices",
    "bathing-aid",
    "lives-alone-visit",
    "empty-nest-call",
    "left-behind-visit",
    "special-hardship-visit",
    "emergency-button",
    "veteran-priority",
}
OUTPUTS = tuple(provision.replace("-", "_") for provision in PROVISIONS)


def _input(name: str) -> type:
    kinds: dict[str, Any] = {"entity": Person, "definition_period": ETERNITY, "label": name}
    if name in CHOICES:
        first = next(iter(CHOICES[name]))
        kinds |= {"value_type": Enum, "possible_values": CHOICES[name], "default_value": first}
    elif name in FLAGS:
        kinds |= {"value_type": bool}
    elif name == "birth_date":
        kinds |= {"value_type": date, "default_value": date(1970, 1, 1)}
    elif name.endswith(("_date", "_since", "_on")):
        kinds |= {"value_type": date, "default_value": FAR}
    elif name == "pension_amount":
        kinds |= {"value_type": float}
    else:
        kinds |= {"value_type": int}
    return type(name, (Variable,), kinds)


def _computed(name: str, formula: Formula, kind: type) -> type:
    return type(
        name,
        (Variable,),
        {
            "entity": Person,
            "definition_period": MONTH,
            "label": name,
            "value_type": kind,
            "formula": formula,
        },
    )


INPUTS = (
    "birth_date",
    "death_date",
    "hukou",
    "hukou_since",
    "assessed_on",
    "capability_level",
    "disability_grade",
    "pension_amount",
    "care_hours",
    *ENUMS,
    *FLAGS,
)


def build_system() -> Any:
    system = TaxBenefitSystem([Person])
    system.parameters = _parameters()
    for name in INPUTS:
        system.add_variable(_input(name))
    for name, (formula, kind) in HELPERS.items():
        system.add_variable(_computed(name, formula, kind))
    for name, formula in GROSS.items():
        system.add_variable(_computed(name, formula, float))
    for provision, name in zip(PROVISIONS, OUTPUTS, strict=True):
        kind = bool if provision in SERVICES else float
        system.add_variable(_computed(name, globals()[name], kind))
    return system


def inputs_of(columns: Columns) -> dict[str, Array]:
    """Return arrays in the types OpenFisca keeps; an unknown birth takes its default."""
    found: dict[str, Array] = {}
    for name in INPUTS:
        data = columns[name]
        if name in CHOICES:
            found[name] = data
        elif name in FLAGS:
            found[name] = data.view(bool)
        elif name == "hukou":
            found[name] = DIVISIONS[data]
        elif name == "disability_grade":
            found[name] = (data + np.uint8(1)).astype(np.int32)
        elif name == "pension_amount":
            found[name] = (data / 100).astype(np.float32)
        elif data.dtype == np.int32:
            days = data.astype("datetime64[D]")
            days[data == NO_DAY] = FAR_DAY
            days[data == UNKNOWN_DAY] = np.datetime64("1970-01-01")
            found[name] = days
        else:
            found[name] = data.astype(np.int32)
    return found


def simulation(system: Any, inputs: dict[str, Array]) -> Any:
    """Return a fresh simulation of many people: nothing computed yet."""
    count = len(inputs["birth_date"])
    built = SimulationBuilder().build_default_simulation(system, count=count)
    for name, data in inputs.items():
        if name in CHOICES:
            data = CHOICES[name].encode(data)
        built.set_input(name, "eternity", data)
    return built


def calculate(built: Any, month: PeerMonth) -> list[Array]:
    """Return every output of a month."""
    period = f"{month.year}-{month.number:02d}"
    return [built.calculate(name, period) for name in OUTPUTS]


def fen(output: Array) -> Array:
    if output.dtype == bool:
        return output.astype(np.int32)
    return np.rint(output.astype(np.float64) * 100).astype(np.int32)


def person_of(facts: dict[str, Any]) -> dict[str, Any]:
    """Return one person as OpenFisca's builder takes it."""
    found: dict[str, Any] = {}
    for name in INPUTS:
        value: Any = facts.get(name)
        if name in CHOICES:
            value = str(value).upper()
        elif name == "hukou":
            value = int(value) // 1000
        elif name == "disability_grade":
            value = 5 if value is None else value
        elif isinstance(value, date):
            value = value.isoformat()
        if value is not None:
            found[name] = {"ETERNITY": value}
    return {"persons": {"one": found}}


def traced_person(system: Any, situation: dict[str, Any]) -> Any:
    """Return a simulation of one person that traces, OpenFisca's nearest to reasons."""
    built: Simulation = SimulationBuilder().build_from_entities(system, situation)
    built.trace = True
    return built

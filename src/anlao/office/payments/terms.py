"""How a county pays: settings of the office, each with its source, in `FOLDER/payments/`.

A county without a file of its own pays by `terms.yaml` beside this module.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from anlao.office.shared.county_settings import Part, Reader, TermsRefused

_USUAL = Path(__file__).with_name("terms.yaml")
WHOLE = 1000
"""Shares are whole thousandths."""


class Band(Part):
    """审批层级: how many approve a run. ``up_to_yuan``: its most; None: any amount."""

    up_to_yuan: int | None = None
    approvers: Annotated[int, Field(ge=1, le=5)]


class Sharing(Part):
    """资金分担: who pays a provision from a month on, in thousandths by fund."""

    provision: str = "*"
    start: date
    shares: dict[str, int]
    source: str

    @model_validator(mode="after")
    def _adds_up(self) -> Sharing:
        if sum(self.shares.values()) != WHOLE or min(self.shares.values(), default=-1) < 0:
            raise TermsRefused(
                f"{self.provision}自{self.start}起的分担比例合计不是{WHOLE}",
                f"the shares of {self.provision} from {self.start} are not {WHOLE}",
            )
        return self


class Column(Part):
    """A column of a bank's file. ``what``: which of ours; ``width``: in a fixed-width file."""

    name: str
    what: str
    width: int = 0
    align: str = "left"
    fixed: str = ""


class Layout(Part):
    """代发格式: how a bank wants to be told. ``form``: csv, xlsx or fixed (text)."""

    id: str
    zh: str
    en: str
    form: str
    encoding: str = "utf-8-sig"
    columns: list[Column]
    heads: bool = True


class AnswerLayout(Part):
    """回盘格式: what the columns of a bank's answer are called, and which results mean paid."""

    reference: list[str]
    amount: list[str]
    result: list[str]
    note: tuple[str, ...] = ()
    paid: list[str]
    returned: tuple[str, ...] = ()


class Terms(Part):
    """The settings of a county.

    ``pays_from``: months before it are never paid here; None: those before the first run.
    """

    pays_from: date | None = None
    look_back_months: Annotated[int, Field(ge=0, le=120)]
    offset_permille: Annotated[int, Field(ge=0, le=WHOLE)]
    approvals: Annotated[list[Band], Field(min_length=1)]
    sharing: list[Sharing]
    layouts: list[Layout]
    answer: AnswerLayout
    stamped: tuple[Literal["regular", "top_up", "reissue", "correction"], ...] = ()
    """Kinds of run whose review waits for every township's stamped list."""
    leaves_out: tuple[str, ...] = ()
    """Provisions that others pay out."""
    resident_paid_to: Literal["institution", "resident"]
    """Whose account the money for a resident goes to."""
    sources: dict[str, str]
    """Why each setting is as it is."""

    @model_validator(mode="after")
    def _bands_reach_every_amount(self) -> Terms:
        limits = [band.up_to_yuan for band in self.approvals]
        rise = (low is not None and (high is None or low < high) for low, high in pairwise(limits))
        if limits[-1] is not None or not all(rise):
            raise TermsRefused(
                "approvals：各档up_to_yuan须由小到大，最后一档不写up_to_yuan",
                "approvals: up_to_yuan has to rise from band to band; the last band has none",
            )
        return self

    def pays(self, provision: str) -> bool:
        return provision not in self.leaves_out

    def approvers(self, fen: int) -> int:
        """Return how many have to approve so much money."""
        return next(
            band.approvers
            for band in self.approvals
            if band.up_to_yuan is None or fen <= band.up_to_yuan * 100
        )

    def shares(self, provision: str, month: date) -> dict[str, int]:
        """Return who pays a provision of a month. Raises TermsRefused where nobody is named."""
        named = [one for one in self.sharing if one.provision == provision and one.start <= month]
        usual = [one for one in self.sharing if one.provision == "*" and one.start <= month]
        for rules in (named, usual):
            if rules:
                return max(rules, key=lambda one: one.start).shares
        raise TermsRefused(
            f"没有规定{month:%Y-%m}的{provision}由谁出资",
            f"nobody is named who bears {provision} of {month:%Y-%m}",
        )


_READER = Reader("payments", Terms, usual=_USUAL)


def terms_of(division: str) -> Terms:
    """Return how the county of a division pays. Raises TermsRefused."""
    return _READER.of(division)

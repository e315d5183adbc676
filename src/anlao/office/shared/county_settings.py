"""What a county has set for itself: one reader for the settings of all rooms.

    FOLDER/messages/331123.yaml   what 331123, its townships and villages go by
    messages/terms.yaml           beside the room's code: what every other county goes by

A county's file is whole: nothing is filled in from the usual one. It is read anew once it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from anlao.office.shared import settings_text
from anlao.places.divisions import DIGITS

_Said = tuple[str, str]
_Stamp = tuple[int, int]
_UNREADABLE = (OSError, yaml.YAMLError, RecursionError, ValueError)
_BY_NAME: Final = ("应为按名称列出的设置", "holds no settings by name")
_LIST: Final = ("应为列表", "is no list")
_WHOLE_NUMBER: Final = ("应为整数", "is no whole number")
_YES_OR_NO: Final = ("应为true或false", "is neither true nor false")
_PROBLEMS: Final[dict[str, _Said]] = {
    "missing": ("没有填写", "is missing"),
    "extra_forbidden": (
        "没有这项设置，请改名或删去",
        "is no setting: mend its name or take it out",
    ),
    "greater_than_equal": ("不得小于{ge}", "is less than {ge}"),
    "less_than_equal": ("不得大于{le}", "is more than {le}"),
    "too_short": ("至少要有{min_length}项", "needs at least {min_length}"),
    "literal_error": ("不在可选之列（{expected}）", "is none of {expected}"),
    "string_type": ("应为文字，数字请加引号", "is no text: put a number into quotes"),
    "bool_parsing": _YES_OR_NO,
    "bool_type": _YES_OR_NO,
    "dict_type": _BY_NAME,
    "model_type": _BY_NAME,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "int_from_float": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_type": _WHOLE_NUMBER,
}
"""What a value is refused for, by pydantic's name of it; others are told in pydantic's words."""


class TermsRefused(ValueError):
    """Raised for settings that cannot be used; ``zh`` and ``en`` say what to mend, and where.

    A validator of a room raises it with the bare sentence; the reader adds file and key.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class Part(BaseModel):
    """A group of settings. A name that it does not know is refused; nothing in it changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Part):
    """Settings each of which names its source in ``sources``.

    Those in ``WITH_THEIR_OWN`` hold it themselves; one that is left open (None) has none.
    """

    WITH_THEIR_OWN: ClassVar[frozenset[str]] = frozenset()
    sources: dict[str, str]

    @model_validator(mode="after")
    def _every_setting_has_a_source(self) -> Self:
        chosen = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if lacking := sorted(chosen - {"sources", *self.sources} - self.WITH_THEIR_OWN):
            names = ", ".join(lacking)
            raise TermsRefused(f"没有写明依据：{names}", f"no source is named for {names}")
        return self


TermsT = TypeVar("TermsT", bound=Part)
Done = TypeVar("Done")


class Reader(Generic[TermsT]):
    """Reads the settings of one room, each file once until it changes."""

    def __init__(self, room: str, terms: type[TermsT], *, usual: Path) -> None:
        """``room``: its folder in the data folder; ``usual``: for counties without a file."""
        self.room, self.terms, self.usual = room, terms, usual
        self._kept: dict[Path, tuple[_Stamp, TermsT]] = {}

    def of(self, division: str) -> TermsT:
        """Return what the county of a division goes by. Raises TermsRefused."""
        county = division[: DIGITS["county"]]
        try:
            return self._read(Path(settings.DATA.path) / self.room / f"{county}.yaml")
        except FileNotFoundError:
            return self._read(self.usual)

    def _read(self, file: Path) -> TermsT:
        try:
            found = file.stat()
            stamp, kept = (found.st_mtime_ns, found.st_size), self._kept.get(file)
            if kept is None or kept[0] != stamp:
                written = settings_text.read(file.read_text("utf-8"))
                kept = self._kept[file] = stamp, self.terms.model_validate(written)
        except FileNotFoundError:
            raise
        except _UNREADABLE as error:
            raise self._refusal(file, error) from error
        return kept[1]

    def _refusal(self, file: Path, error: Exception) -> TermsRefused:
        # Not the whole path: pages show this, and where the office lies is not their business.
        name, usual = f"{self.room}/{file.name}", f"{self.room}/{self.usual.name}"
        zh, en = zip(*_problems(error), strict=True)
        return TermsRefused(
            f"{name}：{'；'.join(zh)}。请改正此文件，保存后即生效，写法见{usual}",
            f"{name}: {'; '.join(en)}. Mend the file, it is read anew at once; {usual} shows how",
        )


def in_every(counties: Iterable[str], act: Callable[[str], Done]) -> list[Done]:
    """Act in each county in turn; one whose settings cannot be used keeps none of the others back.

    Raises TermsRefused once all others are done; it says what each of them has to mend.
    """
    done, refused = [], []
    for county in counties:
        try:
            done.append(act(county))
        except TermsRefused as refusal:
            refused.append(refusal)
    if refused:
        raise TermsRefused("；".join(r.zh for r in refused), "; ".join(r.en for r in refused))
    return done


def _problems(error: Exception) -> Iterator[_Said]:
    """Yield what is wrong with a file: all of it, where it could be read at all."""
    match error:
        case ValidationError():
            for found in error.errors(include_url=False, include_input=False):
                zh, en = _in_words(found["type"], found["msg"], found.get("ctx", {}))
                where = ".".join(str(part) for part in found["loc"])
                yield (f"{where}：{zh}", f"{where}: {en}") if where else (zh, en)
        case UnicodeDecodeError():
            yield "不是UTF-8编码，请另存为UTF-8", "is not written in UTF-8: save it as UTF-8"
        case settings_text.WrittenTwice(key=key, first=first, again=again):
            yield (
                f"第{again}行：{key}写了两次（第一次在第{first}行）",
                f"line {again}: {key} is written twice (first at line {first})",
            )
        case yaml.MarkedYAMLError(problem=what, problem_mark=yaml.Mark(line=line)):
            yield f"第{line + 1}行：{what}", f"line {line + 1}: {what}"
        case OSError():
            yield f"无法读取（{error.strerror}）", f"cannot be read ({error.strerror})"
        case _:
            yield str(error), str(error)


def _in_words(kind: str, message: str, facts: dict[str, Any]) -> _Said:
    refusal = facts.get("error")
    if isinstance(refusal, TermsRefused):
        return refusal.zh, refusal.en
    if kind not in _PROBLEMS:
        return message, message
    zh, en = _PROBLEMS[kind]
    return zh.format(**facts), en.format(**facts)

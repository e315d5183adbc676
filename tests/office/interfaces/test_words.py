"""Every room's words are loaded, and each act of the log has its words in one room only."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from anlao.office.interfaces.web.templatetags import words
from anlao.office.interfaces.web.templatetags.words.acts import ACTS, BY_ROOM, act_name

MODULES = [
    import_module(found.name)
    for found in pkgutil.iter_modules(words.__path__, f"{words.__name__}.")
]


def test_every_module_of_words_is_loaded_with_the_tags() -> None:
    names = {module.__name__.rpartition(".")[2] for module in MODULES}

    assert names - {"library"} == set(words.__all__) - {"register"}


def test_acts_of_every_room_are_in_the_log() -> None:
    with_acts = [module.ACTS for module in MODULES if hasattr(module, "ACTS")]

    assert all(acts is ACTS or acts in BY_ROOM for acts in with_acts)


def test_no_two_rooms_have_words_for_one_act() -> None:
    assert sum(map(len, BY_ROOM)) == len(ACTS)


def test_an_act_without_words_shows_as_it_is_stored() -> None:
    assert act_name("read_file", "zh") == "查阅档案"
    assert act_name("read_file", "en") == "read the file"
    assert act_name("something_new", "zh") == "something_new"

"""Texts of settings, read with every name counted once: YAML itself lets a later one win."""

from __future__ import annotations

from typing import Any

import yaml


class WrittenTwice(yaml.MarkedYAMLError):
    """Raised where a name stands twice in a group. ``first``, ``again``: lines, from 1 on."""

    def __init__(self, key: str, first: yaml.Mark, again: yaml.Mark) -> None:
        super().__init__("in a group of settings", first, f"{key} is written twice", again)
        self.key, self.first, self.again = key, first.line + 1, again.line + 1


class _Loader(yaml.SafeLoader):
    # Before anything is built: groups that others merge into themselves are rewritten then.
    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: dict[tuple[str, str], yaml.Mark] = {}
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                first = seen.setdefault((key.tag, key.value), key.start_mark)
                if first is not key.start_mark:
                    raise WrittenTwice(key.value, first, key.start_mark)
        return node


def read(text: str) -> Any:
    """Return what a text of settings says. Raises yaml.YAMLError, of which WrittenTwice is one."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader, and stricter

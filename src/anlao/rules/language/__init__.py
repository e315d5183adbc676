"""The rule language: text -> tree -> typed tree. A closed grammar; nothing is ever executed."""

"""Synthetic people, true to the census and to nobody.

    division + elders + seed + day  ->  census cells  ->  plan (who, born when, where)
                                    ->  facts, chunk by chunk  ->  Parquet or CSV

The same arguments and the locked packages give the same data.
"""

from __future__ import annotations

from anlao.synth.census import DivisionWithoutCensus
from anlao.synth.population import SynthReport, UnknownFileKind, synthesise, write_population
from anlao.synth.subjects import SUBJECTS, UnknownSubject, synthesise_subject

__all__ = [
    "SUBJECTS",
    "DivisionWithoutCensus",
    "SynthReport",
    "UnknownFileKind",
    "UnknownSubject",
    "synthesise",
    "synthesise_subject",
    "write_population",
]

"""Ability assessments of older people: scored by the national scale, compared, due, reported."""

"""Caregivers: what they have learnt, their certificates, where they work, what was paid."""

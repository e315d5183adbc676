"""Institutions, the stays of their residents, and home-care centres."""

"""Addresses of the public portal, below /public."""

from __future__ import annotations

from django.urls import path, re_path

from anlao.office.interfaces.web.citizen import (
    entitled,
    home,
    institutions,
    notices,
    recipients,
    service_list,
    statistics,
)

_CODE = r"^(?P<code>[0-9]{2}(?:[0-9]{2}){0,2})"
urlpatterns = [
    path("", home.places, name="public-places"),
    path("display", home.display, name="public-display"),
    re_path(rf"{_CODE}$", home.home, name="public-home"),
    re_path(rf"{_CODE}/list$", service_list.listed, name="public-list"),
    re_path(
        rf"{_CODE}/list/(?P<number>[0-9]{{1,18}})$", service_list.item_page, name="public-item"
    ),
    re_path(rf"{_CODE}/entitled$", entitled.entitled, name="public-entitled"),
    re_path(rf"{_CODE}/institutions$", institutions.listed, name="public-institutions"),
    re_path(
        rf"{_CODE}/institutions/(?P<number>[0-9]{{1,18}})$",
        institutions.one,
        name="public-institution",
    ),
    re_path(rf"{_CODE}/notices$", notices.listed, name="public-notices"),
    re_path(rf"{_CODE}/recipients$", recipients.listed, name="public-recipients"),
    re_path(rf"{_CODE}/statistics$", statistics.figures, name="public-statistics"),
    re_path(r"", home.missing, name="public-missing"),
]

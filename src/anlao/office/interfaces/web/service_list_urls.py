"""Addresses of the service lists that staff work on."""

from __future__ import annotations

from django.urls import path

from anlao.office.interfaces.web.staff import service_list_items, service_lists

urlpatterns = [
    path("service-lists", service_lists.overview, name="service-lists"),
    path("service-lists/contacts", service_lists.whom_to_ask, name="service-list-contacts"),
    path("service-lists/<int:number>", service_lists.edition, name="service-list"),
    path("service-lists/<int:number>/act", service_lists.act, name="service-list-act"),
    path("service-lists/<int:number>/print", service_lists.printed, name="service-list-print"),
    path(
        "service-lists/<int:number>/difference",
        service_lists.difference,
        name="service-list-difference",
    ),
    path(
        "service-lists/<int:number>/items/new",
        service_list_items.new,
        name="service-list-item-new",
    ),
    path(
        "service-lists/<int:number>/items/<int:item>",
        service_list_items.item,
        name="service-list-item",
    ),
]

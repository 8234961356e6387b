"""Requests in the admin: to look at. Whatever changes them goes through the services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from main_api.requests.models import HistoryEntry, Observation, Request


class ReadOnly:
    """Nothing can be added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ObservationInline(ReadOnly, admin.TabularInline):
    model = Observation
    fields = ("observed_at", "ra_deg", "dec_deg", "station")


class HistoryInline(ReadOnly, admin.TabularInline):
    model = HistoryEntry
    fields = ("at", "actor", "action", "calculation_id", "note")


@admin.register(Request)
class RequestAdmin(ReadOnly, admin.ModelAdmin):
    """Every request, the deleted ones included."""

    list_display = ("id", "status", "designation", "creator", "moderator", "formed_at", "result_count", "verdict")
    list_filter = ("status", "verdict", "calculation_state")
    list_select_related = ("creator", "moderator")
    search_fields = ("designation", "creator__username")
    inlines = (ObservationInline, HistoryInline)

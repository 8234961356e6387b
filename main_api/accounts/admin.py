"""Users in the admin: here a user becomes a moderator; `create_moderator` makes a new one."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from main_api.accounts.models import User


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Django's own page for users, and the role."""

    list_display = ("username", "role", "is_active", "is_staff")
    list_filter = ("role", "is_active", "is_staff")
    fieldsets = ((None, {"fields": ("username", "password", "role")}), *UserAdmin.fieldsets[2:])

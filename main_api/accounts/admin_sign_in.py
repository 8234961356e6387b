"""The admin's own pages that look at a password: their attempts count as those of our calls do."""

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest, HttpResponseBase

from main_api.accounts.attempts import count_sign_in, forgive_sign_in, sign_in_limits
from main_api.accounts.services import sign_in
from main_api.client_address import counted_address
from main_api.errors import SignInLocked, WrongCredentials
from main_api.exception_handler import handle


class GuardedForm(AdminAuthenticationForm):
    """Django's form, with our way to look at a password."""

    def clean(self) -> dict[str, object]:
        values: dict[str, object] = self.cleaned_data
        username, password = values.get("username"), values.get("password")
        if not isinstance(username, str) or not isinstance(password, str):
            return values
        try:
            user = sign_in(username=username, password=password, address=counted_address(self.request))
        except WrongCredentials as error:
            raise forms.ValidationError(
                self.error_messages["invalid_login"],
                code="invalid_login",
                params={"username": self.username_field.verbose_name},
            ) from error
        self.confirm_login_allowed(user)
        self.request.session.flush()
        self.user_cache = user
        return values


def sign_in_to_admin(request: HttpRequest) -> HttpResponseBase:
    """The page; after too many failures the same 429 as everywhere."""
    try:
        return admin.site.login(request)
    except SignInLocked as locked:
        return _refused(locked)


def change_password_in_admin(request: HttpRequest) -> HttpResponseBase:
    """Django's page, which asks for the present password: who has found an open session cannot try any either."""
    if request.method != "POST":
        return admin.site.password_change(request)
    limits = sign_in_limits(request.user.get_username(), counted_address(request))
    try:
        count_sign_in(limits)
    except SignInLocked as locked:
        return _refused(locked)
    answer = admin.site.password_change(request)
    shown = getattr(answer, "context_data", None)
    if shown is None or "old_password" not in shown["form"].errors:
        forgive_sign_in(limits)
    return answer


def _refused(locked: SignInLocked) -> HttpResponseBase:
    answer = handle(locked, {})
    assert answer is not None
    return answer


admin.site.login_form = GuardedForm

"""A new moderator: manage.py create_moderator USERNAME [--password-stdin]"""

import argparse
import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from main_api.accounts.services import create_moderator
from main_api.errors import ApiError


class Command(BaseCommand):
    help = "Create a moderator. The password is asked for, or read from standard input."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username", metavar="USERNAME", help="a name that nobody has yet, in whatever case")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="take the first line of standard input as the password instead of asking",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = _first_line() if options["password_stdin"] else _asked_password()
        try:
            user = create_moderator(username=options["username"], password=password)
        except ApiError as error:
            messages = [f"{refused.path}: {refused.message}" for refused in error.errors] or [error.message]
            raise CommandError(" ".join(messages)) from error
        self.stdout.write(f"Moderator {user.username} created.")


def _first_line() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise CommandError("The password on standard input is not text.") from error


def _asked_password() -> str:
    if not sys.stdin.isatty():
        raise CommandError("Nobody can be asked for the password here: use --password-stdin.")
    try:
        password = getpass.getpass("Password: ")
        repeated = getpass.getpass("Password again: ")
    except (EOFError, KeyboardInterrupt):
        raise CommandError("No password was given; nothing was created.") from None
    if password != repeated:
        raise CommandError("The two passwords differ; nothing was created.")
    return password

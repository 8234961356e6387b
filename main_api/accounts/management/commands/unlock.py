"""Ends a lock of sign-ins before its time: manage.py unlock (--user NAME | --address ADDRESS | --all)"""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from main_api.accounts.attempts import unlock


class Command(BaseCommand):
    help = "Forget failed sign-ins and registrations, so that a lock ends at once."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--user", metavar="NAME", default="", help="from whatever address")
        parser.add_argument(
            "--address", default="", help="under whatever name; of IPv6 its network, such as 2001:db8:1:2::/64"
        )
        parser.add_argument("--all", action="store_true", help="of everybody")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = bool(options["user"] or options["address"])
        if chosen == options["all"]:
            raise CommandError("Name a user, an address or both; or give --all.")
        count = unlock(username=options["user"], address=options["address"])
        self.stdout.write(f"{count} {'count' if count == 1 else 'counts'} forgotten.")

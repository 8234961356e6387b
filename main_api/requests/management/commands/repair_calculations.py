"""Lost ends: manage.py repair_calculations [--interval S] [--older-than S]"""

import argparse
import signal
import threading
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from main_api.lifeline import stop_with_parent
from main_api.requests.services.repair import repair_calculations

OLDER_THAN_S = 60.0


class Command(BaseCommand):
    help = "Ask the calculation service about completed requests that wait for a result for too long."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--interval", type=_seconds, metavar="S", help="repeat every S seconds until stopped")
        parser.add_argument(
            "--older-than",
            type=_seconds,
            default=OLDER_THAN_S,
            metavar="S",
            help="look at requests unchanged for S seconds (60)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        older_than = timedelta(seconds=options["older_than"])
        if options["interval"] is None:
            self.stdout.write(f"{repair_calculations(older_than=older_than)} repaired.")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        stop_with_parent()
        while not stop.wait(options["interval"]):
            close_old_connections()
            repair_calculations(older_than=older_than)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 86_400:
        raise argparse.ArgumentTypeError("expected seconds, 0 to 86400")
    return value

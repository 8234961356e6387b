"""Demo accounts and data, in development only: manage.py load_demo"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from main_api.requests.services.demo import create_demo


class Command(BaseCommand):
    help = "Create observer/observer, moderator/moderator and a formed request; harmless when repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo accounts have well-known passwords: not with ASTRODIST_ENV=production.")
        created = create_demo()
        self.stdout.write("Demo data created." if created else "Demo data is there already.")

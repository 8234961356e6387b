"""What the WSGI server runs."""

import atexit
import multiprocessing
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from main_api import tracing
from main_api.lifeline import stop_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "main_api.config.settings")

application = get_wsgi_application()

if multiprocessing.parent_process() is not None:
    # A worker of Granian, which would go on serving if its supervisor were killed.
    stop_with_parent()
    if settings.TRACES:
        # In each worker, since threads do not outlive a fork.
        tracing.start()
        atexit.register(tracing.stop)

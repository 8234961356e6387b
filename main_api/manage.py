"""Administration of main_api: python main_api/manage.py COMMAND (or python -m main_api.manage COMMAND)."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line


def main() -> None:
    # Started as a script, Python puts this folder first on the path, where our `requests` would hide the library
    # of that name. The repository's folder belongs there instead.
    here = Path(__file__).resolve().parent
    if sys.path and Path(sys.path[0] or ".").resolve() == here:
        sys.path[0] = str(here.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "main_api.config.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

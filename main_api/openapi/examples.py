"""Bodies and answers of each call as examples of the OpenAPI document; tests hold them against schemas and answers."""

import json
from pathlib import Path
from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("examples.json").read_text())
BODIES, ANSWERS = EXAMPLES["bodies"], EXAMPLES["answers"]

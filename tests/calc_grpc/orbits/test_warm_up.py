"""Warming up leaves nothing to compile while a user waits."""

import json
import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"
# In a process of its own: here, other tests have compiled everything already.
SCRIPT = """
import json, sys
from datetime import datetime
from numba.core.dispatcher import Dispatcher
from calc_grpc.orbits.distance import determine_distance, warm_up
from calc_grpc.orbits.observation import Observation

def compiled():
    kernels = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("calc_grpc.orbits"):
            kernels |= {f"{name}.{k}": len(v.signatures) for k, v in vars(module).items() if isinstance(v, Dispatcher)}
    return kernels

warm_up()
before = compiled()
for case in json.load(open(sys.argv[1]))["cases"]:
    rows = [{**row, "observed_at": datetime.fromisoformat(row["observed_at"])} for row in case["observations"]]
    determine_distance([Observation(**row) for row in rows])
after = compiled()
print(json.dumps([name for name in after if after[name] != before.get(name)]))
"""


def test_no_kernel_is_compiled_after_warming_up():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(DATA / "orbit_cases.json")], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []

"""Warming up leaves nothing to compile while a user waits."""

import json
import subprocess
import sys
from pathlib import Path

from tests.calc_grpc.identification.skies import CERES, made_up_belt, write_elements

# In a process of its own: here, other tests have compiled everything already.
SCRIPT = """
import json, sys
from pathlib import Path
from numba.core.dispatcher import Dispatcher
from calc_grpc.convert_identification import KINDS
from calc_grpc.identification.identify import identify_asteroid
from calc_grpc.identification.result import Question
from tests.calc_grpc.identification.skies import bacchus, piazzi

def compiled():
    kernels = {}
    for name, module in list(sys.modules.items()):
        if name.startswith(("calc_grpc.orbits", "calc_grpc.identification")):
            kernels |= {f"{name}.{k}": len(v.signatures) for k, v in vars(module).items() if isinstance(v, Dispatcher)}
    return kernels

for kind in KINDS.values():
    kind.warm_up()
before = compiled()
for observations in (bacchus()[0], bacchus()[0][:1], piazzi()[0]):
    identify_asteroid(Question(observations=observations, elements_path=Path(sys.argv[1])))
after = compiled()
print(json.dumps([name for name in after if after[name] != before.get(name)]))
"""


def test_no_kernel_is_compiled_after_warming_up(tmp_path: Path) -> None:
    path = write_elements(tmp_path / "elements", [CERES, *made_up_belt(100)])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": "protos/gen", "PATH": ""}, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert json.loads(done.stdout) == []

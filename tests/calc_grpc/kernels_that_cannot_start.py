"""A table of computations whose core dies while it is loaded."""

import os

from calc_grpc.kinds import Kind


def warm_up() -> None:
    os._exit(1)


KINDS = {
    "echo": Kind(
        core="tests.calc_grpc.kernels_that_cannot_start",
        function="warm_up",
        find_problems=lambda message, now: [],
        decode=bytes,
        encode=bytes,
    )
}

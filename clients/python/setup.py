"""Generates the messages of the contracts into what is built; all else stands in pyproject.toml."""

import importlib.resources
from pathlib import Path

from google.api import annotations_pb2
from grpc_tools import protoc
from setuptools import setup
from setuptools.command.build_py import build_py

PROTOS = Path(__file__).resolve().parents[2] / "protos"


class BuildWithMessages(build_py):
    """Beside our own modules: the package `astrodist`, generated from protos/ of the checkout."""

    def run(self) -> None:
        super().run()
        if not PROTOS.is_dir():
            raise SystemExit(f"{PROTOS} is missing: install from the folder clients/python of a checkout")
        includes = [
            PROTOS,
            importlib.resources.files("grpc_tools") / "_proto",
            Path(annotations_pb2.__file__).parents[2],
        ]
        target = Path(self.build_lib)
        target.mkdir(parents=True, exist_ok=True)
        outputs = [f"--{kind}={target}" for kind in ("python_out", "pyi_out", "grpc_python_out")]
        sources = [str(path.relative_to(PROTOS)) for path in sorted((PROTOS / "astrodist").rglob("*.proto"))]
        if protoc.main(["protoc", *(f"--proto_path={folder}" for folder in includes), *outputs, *sources]):
            raise SystemExit("the messages could not be generated")


setup(cmdclass={"build_py": BuildWithMessages})

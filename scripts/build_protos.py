"""Generate the Python code of the contracts: python scripts/build_protos.py [--source DIR] [--image FILE]

Writes messages, stubs and type hints of everything under protos/astrodist to protos/gen. With --image FILE it
writes a descriptor image with comments instead, which is what buf lints and compares.
"""

import argparse
import importlib.resources
import shutil
import sys
from pathlib import Path

from google.api import annotations_pb2
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
GENERATED = PROTOS / "gen"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image", type=Path, help="write a descriptor image to this file instead of code")
    parser.add_argument("--source", type=Path, default=PROTOS, help="folder above astrodist/ (default: protos)")
    options = parser.parse_args()

    includes = [options.source, Path(str(importlib.resources.files("grpc_tools") / "_proto")), google_api_folder()]
    arguments = ["protoc", *(f"--proto_path={folder}" for folder in includes)]
    if options.image:
        options.image.parent.mkdir(parents=True, exist_ok=True)
        arguments += [f"--descriptor_set_out={options.image}", "--include_imports", "--include_source_info"]
    else:
        shutil.rmtree(GENERATED, ignore_errors=True)
        GENERATED.mkdir(parents=True)
        arguments += [f"--{kind}={GENERATED}" for kind in ("python_out", "pyi_out", "grpc_python_out")]
        # With its comments, which the generated code leaves out: /docs is made from it.
        image = GENERATED / "astrodist.binpb"
        arguments += [f"--descriptor_set_out={image}", "--include_imports", "--include_source_info"]
    sources = sorted(str(path.relative_to(options.source)) for path in (options.source / "astrodist").rglob("*.proto"))
    return int(protoc.main(arguments + sources))


def google_api_folder() -> Path:
    """Folder above google/api/annotations.proto, which the googleapis-common-protos wheel holds."""
    return Path(annotations_pb2.__file__).parents[2]


if __name__ == "__main__":
    sys.exit(main())

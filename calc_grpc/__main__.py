"""python -m calc_grpc"""

import sys

from calc_grpc.cli import main

if __name__ == "__main__":
    sys.exit(main())

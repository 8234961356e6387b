"""calc_grpc with another core: everything is the real server but what its workers compute.

Usage: python -m engine.serve, with the settings of calc_grpc in the environment; `--empty` serves one empty
unary call instead. Prints its port when it is ready.
"""

import asyncio
import gc
import logging
import os
import signal
import sys

import grpc
import grpc.aio
import uvloop
from google.protobuf.empty_pb2 import Empty

from calc_grpc import logs
from calc_grpc.config import Config
from calc_grpc.server import Server
from calc_grpc.workers import WorkerPool

EMPTY_METHOD = "/benchmark.Empty/Call"


async def serve_calculations(stopped: asyncio.Event) -> None:
    """Serve as `python -m calc_grpc` does."""
    config = Config.from_env(os.environ)
    logs.set_up(config.log_level)
    pool = WorkerPool(worker_count=config.worker_count, numba_cache_path=config.numba_cache_path, table="engine.kinds")
    server = Server(config, pool=pool)
    await server.start()
    gc.freeze()  # as Server.work does
    await server.become_ready()
    print(server.port, flush=True)
    await stopped.wait()
    await server.stop()


async def serve_empty_calls(stopped: asyncio.Event) -> None:
    """The peer: the least a grpc.aio server can do."""

    async def answer(request: Empty, context: object) -> Empty:
        return Empty()

    handler = grpc.unary_unary_rpc_method_handler(
        answer, request_deserializer=Empty.FromString, response_serializer=Empty.SerializeToString
    )
    server = grpc.aio.server()
    service, method = EMPTY_METHOD.strip("/").split("/")
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await stopped.wait()
    await server.stop(None)


async def main() -> None:
    """Serve until told to stop."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await (serve_empty_calls(stopped) if "--empty" in sys.argv else serve_calculations(stopped))


if __name__ == "__main__":
    logging.captureWarnings(True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as calc_grpc.cli does; the same for the peer
        runner.run(main())

"""What the tests of a synchronisation share."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from tests.calc_grpc.catalogue.catalogue_double import Catalogue


@pytest.fixture
async def catalogue() -> AsyncIterator[Catalogue]:
    """A main_api that takes pages."""
    catalogue = Catalogue()
    async with TestServer(catalogue.application(), host="127.0.0.1") as server:
        catalogue.origin = f"http://127.0.0.1:{server.port}"
        yield catalogue
        catalogue.released.set()

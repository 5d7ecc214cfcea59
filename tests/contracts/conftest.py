"""One deployment for all modules; every test starts from the state that its module's fixtures left."""

import gc

import pytest

from scripts.brownie_direct import undone
from tests.contracts.world import World, on_ganache


@pytest.fixture(scope="session", autouse=True)
def _frozen_garbage():
    """Brownie collects garbage after every test; what lives as long as the session need not be looked at."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _deployed():
    """The deployment that all modules start from."""
    return World.deployed()


@pytest.fixture(scope="module", autouse=True)
def _module(_deployed):
    """What a module does is undone when it ends."""
    with undone():
        yield


@pytest.fixture(autouse=True)
def _test(_module):
    """A test starts from what the module's fixtures left."""
    with undone():
        yield


@pytest.fixture
def heavy_refusal():
    """Brownie reads the trace of what was refused, and Ganache cannot write that of five million gas."""
    if on_ganache():
        pytest.skip("Ganache cannot write the trace of so long an act")


@pytest.fixture(scope="module")
def world(_module, _deployed):
    return _deployed


@pytest.fixture(scope="module")
def replaying(_module):
    """A deployment whose business date is posted."""
    return World.deployed(replay=True)


def pytest_configure(config):
    # Brownie itself calls what it warns about, when it connects.
    config.addinivalue_line("filterwarnings", r"ignore:rpc\.\w+ should not be called directly:FutureWarning")

"""One deployment per module; every test starts from the state that the module's fixtures left."""

import gc

import pytest

from tests.contracts.world import World, on_ganache


@pytest.fixture(scope="session", autouse=True)
def _frozen_garbage():
    """Brownie collects garbage after every test; what lives as long as the session need not be looked at."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _isolation(fn_isolation):
    """Brownie takes a snapshot after the module's fixtures and goes back to it after each test."""


@pytest.fixture
def heavy_refusal():
    """Brownie reads the trace of what was refused, and Ganache cannot write that of five million gas."""
    if on_ganache():
        pytest.skip("Ganache cannot write the trace of so long an act")


@pytest.fixture(scope="module")
def world(module_isolation):
    return World.deployed()


@pytest.fixture(scope="module")
def replaying(module_isolation):
    """A deployment whose business date is posted."""
    return World.deployed(replay=True)


def pytest_configure(config):
    # Brownie's own fixtures call what it warns about.
    config.addinivalue_line("filterwarnings", r"ignore:rpc\.\w+ should not be called directly:FutureWarning")

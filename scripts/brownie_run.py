"""Run Brownie on this repository: `scripts/brownie_run.py test [pytest's arguments]`.

Brownie keeps settings in ~/.brownie, starts whatever `anvil` is first in PATH and uses one fixed port, so two
runs would share a chain. Each run here has a home folder and a port of its own, and leaves nothing behind but
the compiled contracts in .cache/brownie.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "brownie"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def network_template() -> str:
    """Brownie's list of networks, found without importing it, which would write to the real ~/.brownie."""
    spec = importlib.util.find_spec("brownie")
    if spec is None or spec.origin is None:
        sys.exit("Brownie is not installed: run `make setup`")
    return (Path(spec.origin).parent / "data" / "network-config.yaml").read_text()


def write_network(home: Path) -> None:
    """Brownie's own `development` network, on a free port and on the oldest EVM that we promise to run on."""
    networks = yaml.safe_load(network_template())
    development = next(one for one in networks["development"] if one["id"] == "development")
    development["timeout"] = 120
    development["cmd_settings"] |= {"port": free_port(), "accounts": 30, "evm_version": "paris"}
    folder = home / ".brownie"
    folder.mkdir()
    (folder / "network-config.yaml").write_text(yaml.safe_dump(networks))


def environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "HOME": str(home),
        "PATH": f"{ROOT / '.cache' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTEST_PLUGINS": "scripts.brownie_patience",
        "SOLCX_BINARY_PATH": os.environ.get("SOLCX_BINARY_PATH") or str(ROOT / ".cache" / "solc"),
    }


def main() -> int:
    for folder in ("no-interfaces", "no-scripts", "build", "reports"):
        (CACHE / folder).mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="home-", dir=CACHE))
    try:
        write_network(home)
        brownie = [str(Path(sys.executable).parent / "brownie"), *sys.argv[1:]]
        process = subprocess.Popen(brownie, cwd=ROOT, env=environment(home))
        # Brownie stops its Anvil when it is interrupted, and orphans it when it is killed.
        signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGINT))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

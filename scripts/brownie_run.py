"""Run Brownie on this repository: `scripts/brownie_run.py [--ganache] test [pytest's arguments]`.

Brownie keeps settings in ~/.brownie, starts whatever node is first in PATH and uses one fixed port, so two
runs would share a chain. Each run here has a home folder and a port of its own, and leaves nothing behind but
the contracts in .cache/brownie, which are those that ship. The chain is Anvil; or with `--ganache` Ganache,
an EVM written by others, which is installed when it is first asked for.
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
GANACHE = ROOT / "scripts" / "ganache"
ANVIL_MNEMONIC = "test test test test test test test test test test test junk"


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


def write_network(home: Path, *, on_ganache: bool) -> None:
    """Brownie's own `development` network, on a free port and on the oldest EVM that we promise to run on."""
    networks = yaml.safe_load(network_template())
    development = next(one for one in networks["development"] if one["id"] == "development")
    development["timeout"] = 120
    development["cmd_settings"] |= {"port": free_port(), "accounts": 30, "evm_version": "paris"}
    # Nobody looks at the state of an earlier block, which Anvil else keeps whole for each.
    development["cmd"] = "anvil --prune-history"
    if on_ganache:
        development["cmd"] = ganache()
        # Its name for Paris, and the accounts that Anvil has, whose keys sign what goes through Documents.
        development["cmd_settings"] |= {"evm_version": "merge", "mnemonic": ANVIL_MNEMONIC}
        del development["cmd_settings"]["base_fee"]
    folder = home / ".brownie"
    folder.mkdir()
    (folder / "network-config.yaml").write_text(yaml.safe_dump(networks))


def ganache() -> str:
    """Its command; quiet, because Brownie never reads what it prints and a full pipe would stop it."""
    program = GANACHE / "node_modules" / ".bin" / "ganache-cli"
    if not program.exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
        subprocess.run([*command, "--loglevel=error"], cwd=GANACHE, check=True, stdout=sys.stderr)
    return f"{program} --logging.quiet"


def environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "HOME": str(home),
        "PATH": f"{ROOT / '.cache' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTEST_PLUGINS": "scripts.brownie_direct",
        "SOLCX_BINARY_PATH": os.environ.get("SOLCX_BINARY_PATH") or str(ROOT / ".cache" / "solc"),
    }


def main() -> int:
    for folder in ("no-interfaces", "no-scripts", "build", "reports"):
        (CACHE / folder).mkdir(parents=True, exist_ok=True)
    if subprocess.run([sys.executable, "-m", "scripts.brownie_build"], cwd=ROOT, check=False).returncode:
        return 1
    home = Path(tempfile.mkdtemp(prefix="home-", dir=CACHE))
    try:
        given = [argument for argument in sys.argv[1:] if argument != "--ganache"]
        write_network(home, on_ganache="--ganache" in sys.argv)
        brownie = [str(Path(sys.executable).parent / "brownie"), *given]
        process = subprocess.Popen(brownie, cwd=ROOT, env=environment(home))
        # Brownie stops its node when it is interrupted, and orphans it when it is killed.
        signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGINT))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

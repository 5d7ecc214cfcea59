"""Put one solc where py-solc-x, Brownie and forge look for it: $SOLCX_BINARY_PATH, or .cache/solc.

Native solc where it can be downloaded and compiles a probe to the same bytecode as npm's, else the npm
compiler behind a small executable. The choice is remembered, so a machine without network asks once;
`--again` asks anew.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STANDARD_JSON = ROOT / "scripts" / "solc" / "standard_json.js"
CONNECT_SECONDS = 4
DOWNLOAD_SECONDS = 60

PROBE = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;
contract Probe {
    mapping(address => uint256) public held;
    error Short(address who, uint256 had, uint256 needed);
    function take(uint112 amount) external {
        uint256 had = held[msg.sender];
        if (had < amount) revert Short(msg.sender, had, amount);
        unchecked { held[msg.sender] = had - amount; }
    }
}
"""


def settings() -> dict:
    return json.loads((ROOT / "solc.json").read_text())


def solc_folder() -> Path:
    return Path(os.environ.get("SOLCX_BINARY_PATH") or ROOT / ".cache" / "solc")


def write_wrapper(target: Path, node: str) -> None:
    """An executable that answers `--version` (without Node) and `--standard-json` like native solc."""
    ask = "console.log(require('solc').version())"
    version = subprocess.run(
        [node, "-e", ask], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    target.write_text(
        "#!/bin/sh\n"
        "# Written by scripts/setup_solc.py: the npm compiler with the command line of native solc.\n"
        'case " $* " in *" --version "*)\n'
        f"  printf 'solc, the solidity compiler commandline interface\\nVersion: {version}\\n'; exit 0;;\n"
        "esac\n"
        f'exec "{node}" "{STANDARD_JSON}" "$@"\n'
    )
    target.chmod(target.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def download_native(version: str, folder: Path) -> Path | None:
    """Native solc, or None where it cannot be had soon: no network, no build for this machine."""
    import requests  # here and below: most runs find the choice made, and need neither
    from solcx.install import BINARY_DOWNLOAD_BASE

    folder.mkdir(parents=True, exist_ok=True)
    install = f"import solcx; solcx.install_solc({version!r}, solcx_binary_path={str(folder)!r})"
    try:
        requests.head(BINARY_DOWNLOAD_BASE.format("linux", "list.json"), timeout=CONNECT_SECONDS)
        subprocess.run(
            [sys.executable, "-c", install], timeout=DOWNLOAD_SECONDS, check=True, capture_output=True
        )
    except (requests.RequestException, subprocess.SubprocessError, OSError):
        return None
    native = folder / f"solc-v{version}"
    return native if native.exists() else None


def probe_bytecode(solc: Path) -> str | None:
    """What this compiler makes of the probe; None when it cannot run here or fails."""
    import solcx

    request = {
        "language": "Solidity",
        "sources": {"Probe.sol": {"content": PROBE}},
        "settings": settings()["settings"] | {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
    }
    try:
        answer = solcx.compile_standard(request, solc_binary=solc)
        return answer["contracts"]["Probe.sol"]["Probe"]["evm"]["bytecode"]["object"]
    except (solcx.exceptions.SolcError, subprocess.SubprocessError, OSError, KeyError):
        return None


def choose(version: str, folder: Path, node: str) -> str:
    wrapper = folder / f"solc-v{version}"
    wrapper.unlink(missing_ok=True)
    write_wrapper(wrapper, node)
    native = download_native(version, folder / "native")
    if native is None:
        return "npm (native solc cannot be downloaded here)"
    if probe_bytecode(native) != probe_bytecode(wrapper):
        return "npm (the native download does not run here or compiles to other bytecode)"
    wrapper.unlink()
    shutil.copy2(native, wrapper)
    return "native"


def main() -> int:
    version, folder, node = settings()["version"], solc_folder(), shutil.which("node")
    if node is None:
        print("Node is missing: install Node 20 or newer.", file=sys.stderr)
        return 1
    key = {"version": version, "root": str(ROOT), "node": node}
    choice_file, solc = folder / "choice.json", folder / f"solc-v{version}"
    known = json.loads(choice_file.read_text()) if choice_file.exists() else {}
    if known.get("key") == key and solc.exists() and "--again" not in sys.argv:
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    chosen = choose(version, folder, node)
    choice_file.write_text(json.dumps({"key": key, "chosen": chosen}) + "\n")
    print(f"solc {version}: {chosen}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""An Anvil started by hand, for what the embedded node refuses or does not do."""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ledger.chain.anvil import find_anvil


@contextmanager
def anvil(*options: str) -> Iterator[str]:
    """Its address: its own gas price, accounts and way to mine, and its storage can be written.

    It writes old states to disk and leaves them there when it is killed: gigabytes in a day of testing, were
    its folder not its own and removed.
    """
    with tempfile.TemporaryDirectory(prefix="anvil-") as states:
        command = [str(find_anvil()), "--port", "0", "--host", "127.0.0.1", "--cache-path", states, *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, stderr=subprocess.STDOUT)
        try:
            assert process.stdout is not None
            lines = (re.search(r"Listening on (\S+)", line) for line in process.stdout)
            url = "http://" + next(found.group(1) for found in lines if found)
            # a full pipe would stop it
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield url
        finally:
            process.kill()
            process.wait()

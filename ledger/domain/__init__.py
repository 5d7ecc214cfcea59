"""Pure rules of the ledger: no input, no output, no chain. `twin` is the readable twin of the contracts."""

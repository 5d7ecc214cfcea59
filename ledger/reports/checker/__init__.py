"""The offline checker: copied into every pack, and run by `greenledger verify`."""

"""The commands of `greenledger`, one module an area; `ledger.cli` puts them together.

A module makes `typer.Typer(help="…", no_args_is_help=True)`, writes English docstrings, help texts and
`say("…")`, and puts the Chinese into a catalogue of `ledger.words`. Queries take `--json`.
"""

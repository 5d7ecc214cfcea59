"""The HTTP API: routers over the services, one file for each user's work. `ledger` never imports it."""

"""Reports that leave the ledger: evidence packs, and the checker that goes with them."""

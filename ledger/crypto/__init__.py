"""Keys at rest, signatures, sealed documents and fingerprints."""

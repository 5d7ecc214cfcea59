"""Benches: run by hand or by `make bench-…`, never timed by a test."""

"""Benchmarks: the product against a baseline in the same run."""

"""Measurements that a person reads; never in CI. A package, so that no other distribution's `benchmarks` hides it."""

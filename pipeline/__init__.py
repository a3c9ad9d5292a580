"""The chain, one file per step."""

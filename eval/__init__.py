"""Gold labels, scorers and runs."""

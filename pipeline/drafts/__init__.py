"""A draft as claims: its blocks, its sentences, what of them can be checked, and in which words."""

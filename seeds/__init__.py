"""Five articles on the Russia-Iran treaty of January 2025, and what is known of them."""

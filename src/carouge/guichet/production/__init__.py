"""How a counter in production starts: with all its settings, or not at all."""

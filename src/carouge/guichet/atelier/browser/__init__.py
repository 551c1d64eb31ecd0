"""What editors work with around a démarche, one module per page."""

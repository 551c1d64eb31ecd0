"""Invented people and demandes, to try a counter out at its real size."""

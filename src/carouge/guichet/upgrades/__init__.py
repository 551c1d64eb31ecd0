"""Brings a site of an earlier version to this one: a module for each profile version.

See docs/mise-a-niveau.md for how one is written. Their paths are in no database.
"""

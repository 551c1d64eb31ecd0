"""The bank of the demonstration: it plays the payment provider of the régies.

A small part of the Datatrans JSON API (transactions, payment page, signed
notifications), with books of its own, that can be told to misbehave. It moves no money
and serves this machine only.
"""

"""What follows from a fact that cannot be taken back, such as money that has come in.

The fact is written whatever becomes of its consequences. Each listener works behind a
savepoint of its own; one that fails leaves nothing half done, is kept with its reason
and tried again, until it succeeds or its fact is no longer true.
"""

Payments have one writer: a state machine fed by what the provider says when it is
asked, locks and ledger on the invoice itself, reconciliation of whatever was lost,
refunds with four eyes, review by a person, credits of camt.053/054, settlements and
numbered export batches.

// Package ledger is Heed's history: what was done, by whom, allowed by which rule,
// in an order that cannot be rewritten unseen.

package directory

import (
	"encoding/json"

	"heed/internal/access"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Figures of a period that is over stand in the organisation's own record, which no erasure
// takes. What they say is package room's.

// Closed are the periods that were closed, oldest first.
func (o Organisation) Closed() []json.RawMessage { return o.closed }

// ClosePeriod writes that a period was closed, and what was counted.
func (d *Desk) ClosePeriod(tx *store.Tx, org id.Org, said any) error {
	by := ledger.Author{Role: string(access.System), Rule: "closes-a-period"}
	return d.noteIn(tx, org, by, func(Organisation) ledger.Event {
		return ledger.Event{Kind: kindPeriodClosed, Data: said}
	})
}

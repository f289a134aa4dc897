package concern

import (
	"heed/internal/id"
	"heed/internal/process"
)

// roomName is in addresses, kinds of event and the ledger.
const roomName = "concern"

// The kinds of event that are no steps of the process.
const (
	kindRaised    = "concern.raised"
	kindViewed    = "concern.viewed"
	kindOwn       = "concern.own_progress_viewed"
	kindListed    = "concern.listed"
	kindRefused   = "concern.refused"
	kindReaders   = "concern.readers_viewed"
	kindReason    = "concern.reason_given"
	kindGlassBook = "concern.glass_book_opened"
	kindReviewed  = "concern.reason_reviewed"
	kindBarTold   = "concern.bar_told"
	kindBars      = "concern.bars_viewed"
	kindDocument  = "concern.document_opened"
)

// Events are the kinds of event with what each says, for docs/events.md. The
// steps of the process bring kinds of their own.
func Events(d *process.Definition) map[string]string {
	all := map[string]string{
		kindViewed:    "Somebody opened the concern; written before the page is sent",
		kindOwn:       "The person who raised it looked at its progress",
		kindDocument:  "Somebody opened a document of the concern; written before it is sent",
		kindListed:    "A list was shown, and which references it named",
		kindRefused:   "Somebody asked for a concern that is not theirs or does not exist; both are written alike",
		kindReaders:   "Somebody looked at who has opened the concern",
		kindReason:    "Somebody said why they need to open a concern that is not plainly theirs; the Caldicott Guardian is told",
		kindGlassBook: "The month's book of reasons and their reviews was begun",
		kindReviewed:  "A second person reviewed the reason that somebody gave",
		kindBarTold:   "Somebody is to be kept from a concern, or let back in; the Caldicott Guardian or the executive lead is told",
		kindBars:      "Somebody looked at who is to be kept from the concern, and at nothing else of it",
	}
	for _, s := range d.AllSteps {
		all[s.Kind] = s.Label
	}
	return all
}

type listed struct {
	List       string         `json:"list"`
	References []id.Reference `json:"references"`
}

// refused has the same size for a concern that is hidden and one that does not exist.
type refused struct {
	Reference id.Reference `json:"reference"`
}

// viewed is a reading of a record; with the reason where one was asked.
type viewed struct {
	Reason string `json:"reason,omitempty"`
}

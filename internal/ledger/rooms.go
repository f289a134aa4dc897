package ledger

import "heed/record"

// Room is the number of a kind of record. It stands in the clear with every entry,
// bound by its leaf, so that who replays one kind reads its own entries only. It
// says what kind of record there is and never which compartment it is in: concerns
// about patients and about colleagues are one room.
//
// Each kind of record says its own. That none is ever given to another is held by
// archtest/shipped.golden, which keeps all that were given.
type Room int64

// The numbers of Heed's own records. Those of other kinds stand in their values.
const (
	Concern      Room = 1
	Organisation Room = 3
	Person       Room = 4
	Daybook      Room = 5
	ReasonBook   Room = 6
	Feed         Room = record.RowsRoom
)

// Own are Heed's own records, in words.
var Own = map[Room]string{
	Concern:      "concern",
	Organisation: "the organisation's own record",
	Person:       "a person's account and roles",
	Daybook:      "a day's book: lists that were shown, refused readings",
	ReasonBook:   "a month's book of reasons for opening a record that is not plainly one's own",
	Feed:         "which rows an organisation has imported of one kind",
}

package ledger

// Room is the number of a kind of record. It stands in the clear with every entry,
// bound by its leaf, so that who replays one kind reads its own entries only. It
// says what kind of record there is and never which compartment it is in: concerns
// about patients and about colleagues are one room.
type Room int64

// The numbers that were ever given. One that is not used any more stays here, so
// that it is never given again: it stands in sealed history.
const (
	Concern      Room = 1
	Policy       Room = 2
	Organisation Room = 3
	Person       Room = 4
	Daybook      Room = 5
	ReasonBook   Room = 6
)

var rooms = map[Room]string{
	Concern:      "concern",
	Policy:       "policy",
	Organisation: "organisation",
	Person:       "person",
	Daybook:      "daybook",
	ReasonBook:   "reason_book",
}

// Name is the room's, "" for a number that was never given.
func (r Room) Name() string { return rooms[r] }

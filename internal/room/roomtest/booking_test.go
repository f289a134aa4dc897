package roomtest

import (
	_ "embed"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
)

var (
	//go:embed testdata/booking/booking-1.json
	booking1 []byte
	//go:embed testdata/booking/policies.cedar
	bookingRules string
	//go:embed testdata/booking/stories.json
	bookingStories []byte
)

// booking is a room of the commonest shape: anybody asks, one role decides, nobody has it
// until it is assigned, whoever asked is answered and may ask for it to be looked at again.
func booking() *room.Room {
	return &room.Room{Name: "booking", Number: ledger.Room(901), Kind: "Booking", One: "booking", Many: "bookings",
		Compartment: "organisation", Definitions: []*process.Definition{process.Must(booking1)}, Policies: bookingRules,
		Rows: 1, Stories: room.MustStories(bookingStories)}
}

// TestARoomThatIsNotInTheList is told what to do, and not that some page of it is missing.
func TestARoomThatIsNotInTheList(t *testing.T) {
	r := booking()
	r.Name = "borrowing"
	if said := unlisted(r, app.Rooms()); !strings.Contains(said, "add borrowing.Room() to app.Rooms()") {
		t.Error(said)
	}
}

// TestBooking holds it to everything, as a room of the program.
func TestBooking(t *testing.T) {
	app.TestOnlyRoom(booking())
	Run(t, booking())
}

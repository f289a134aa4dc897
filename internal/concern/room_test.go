package concern_test

import (
	"testing"

	"heed/internal/access"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/room/roomtest"
)

// TestRoom holds the concern, with the sharing decision, to the suite of all rooms, but for
// what the suite tries with rules of who may that it adds: the concern's are the program's.
func TestRoom(t *testing.T) {
	if testing.Short() {
		t.Skip("as long as all other tests of concerns together")
	}
	roomtest.RunKept(t, roomtest.Kept{
		Of: func(w *world.World) *room.Room {
			w.Concerns.Room.Openings = 1_000_000 // the suite opens more in an hour than anybody may
			return w.Concerns.Room
		},
		// A concern about a colleague goes another way, and no ground is consent without it.
		Always: field.Said("about", "patient", "consent", "given"),
		Rare:   []process.Step{process.Refer},
		Works:  access.Lead,
		Laid: []string{
			"sent twice is once",
			"who does not work on it sees what is meant for them",
			"who has read it is seen",
			"pages are full, and a cursor says nothing",
			"another program's rows are made again, and both come to rest",
			"a record goes on under its own definition",
			"a damaged record is in no list of who may not open it",
		},
		// Whoever raises it sees nothing of what is due, and the clauses of what is due and of
		// documents look as they do, or want somebody whom no step has kept out. What is to be taken
		// up waits for every lead, and a new one goes to a lead: so those of cover and handing over.
		But: map[string]string{
			"what is due is shown to those for whom it is meant":      "TestWhatIsShown (heedtest/attack)",
			"what is due is listed as due":                            "TestEverythingOverdueIsToldInPages",
			"a document is sealed, proven and given out to be saved":  "TestDocumentOfAConcern, TestDocumentIsLookedAt",
			"who is away is covered by one of their role, by the day": "TestWhoCoversForALead",
			"what somebody has is handed over in one go":              "TestHandingOverTellsNothing",
			// Its ways are too long for a random walk.
			"a duty runs until it is met, and not beyond the end": "TestTheRouteKeepsItsSafeguards",
			// Its definition has columns that are read for it alone, and a check of its own.
			"recount equals what was counted": "TestFiguresOfConcerns",
			"a room's own Go is heeded":       "all that is in this package",
		},
	})
}

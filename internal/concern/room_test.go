package concern_test

import (
	"testing"

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
	const shown = "TestWhatIsShown (heedtest/attack): every kind of answer to every kind of person"
	const rooms = "its code is the room's, and is tried on the register of policies"
	roomtest.RunKept(t, roomtest.Kept{
		Of: func(w *world.World) *room.Room {
			w.Concerns.Room.Openings = 1_000_000 // the suite opens more in an hour than anybody may
			return w.Concerns.Room
		},
		// A concern about a colleague goes another way, and no ground is consent without it.
		Always: field.Said("about", "patient", "consent", "given"),
		Rare:   []process.Step{process.Refer, process.LiftBar, process.ConfirmBar},
		But: map[string]string{
			"sent twice is once": "TestKilled (heedtest/attack)",
			"who does not work on it sees what is meant for them":          shown,
			"what is due is shown to those for whom it is meant":           shown,
			"who has read it is seen":                                      "TestOneConcernEndToEnd",
			"pages are full, and a cursor says nothing":                    "TestACursorSaysNothing",
			"another program's rows are made again, and both come to rest": rooms,
			"a record goes on under its own definition":                    "TestHistoryMeansWhatItMeant",
			"a damaged record is in no list of who may not open it":        "TestWhatIsHiddenIsNotFolded",
			"what is due is listed as due":                                 "TestEverythingOverdueIsToldInPages",
			"a document is sealed, proven and given out to be saved":       "TestDocumentOfAConcern",
			"who is away is covered by one of their role, by the day":      "TestWhoCoversForALead",
			"what somebody has is handed over in one go":                   "TestHandingOverTellsNothing",
			"a duty runs until it is met, and not beyond the end":          "TestTheRouteKeepsItsSafeguards",
			"recount equals what was counted":                              "TestFiguresOfConcerns",
			"a room's own Go is heeded":                                    "all that is in this package",
		},
	})
}

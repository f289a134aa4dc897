package concern

import (
	"os"
	"strings"
	"testing"

	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
)

// TestAConcernIsHeldToWhatEveryRoomIs checks the concern as every room is checked, and takes
// from its definition what every room must have: that is refused in words that say what to do.
func TestAConcernIsHeldToWhatEveryRoomIs(t *testing.T) {
	raw, err := os.ReadFile("../process/definitions/patient-1.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text string) error {
		def, err := process.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		r := Room()
		r.Definitions = []*process.Definition{def}
		return r.Check()
	}
	if err := check(string(raw)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"answered, still open, and nothing is due", `"give_feedback", "add_note/", "challenge_answered"],`,
			`"add_note/", "challenge_answered"],`,
			"what is open must have a next date"},
		{"a replay passes its entries by", `"kind": "concern.closed"`, `"kind": "case.closed"`, "a replay passes it by"},
		{"a list without words for an empty one", `"empty": "Nothing waits for you."`, `"empty": ""`, `must have a name`},
		{"nobody may take a step", `"kind": "concern.triaged", "roles": ["safeguarding_lead"]`,
			`"kind": "concern.triaged", "roles": ["worker"]`, "can be taken by nobody"},
		{"nobody may erase", `"first": ["caldicott_guardian"]`, `"first": ["worker"]`, "is a word that nobody may give"},
	} {
		if strings.Count(string(raw), c.old) != 1 {
			t.Fatalf("%s: the definition does not hold %q once", c.name, c.old)
		}
		err := check(strings.Replace(string(raw), c.old, c.new, 1))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	book := Room()
	if book.Number = ledger.ReasonBook; book.Check() == nil {
		t.Error("it has the number of another record of Heed's own")
	}
	desk := room.TestOnlyDesk(room.Parts{}, &room.Room{Name: "other", Many: Room().Many})
	if err := desk.Keep(Room()); err == nil || !strings.Contains(err.Error(), "Many") {
		t.Errorf("two rooms of one plural: %v", err)
	}
}

package app

import (
	"testing"

	"heed/internal/room"
)

// For everything that a shipped definition has there is somebody by the shipped rules, the
// concern too, whose rules are not its own.
func TestSomebodyMayDoEverything(t *testing.T) {
	rules, err := room.Policy(Rooms()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Kinds() {
		for _, d := range r.Definitions {
			if fault := r.Unheld(rules, d); fault != "" {
				t.Error(d.Fault(fault))
			}
		}
	}
}

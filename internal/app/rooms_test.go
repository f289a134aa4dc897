package app

import (
	"slices"
	"strings"
	"testing"

	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
)

// TestEveryKindIsWhole holds each kind of record to what all are held to, since no start does.
func TestEveryKindIsWhole(t *testing.T) {
	if err := Check(); err != nil {
		t.Error(err)
	}
}

// TestNoRoomHasANameOfTheProgram: one whose records would lie where other pages do, whose entries
// would be taken for others, or whose operations would be called as another's, is refused with
// what there is already.
func TestNoRoomHasANameOfTheProgram(t *testing.T) {
	defer func() { beside = nil }()
	for said, change := range map[string]func(*room.Room){
		"/work":          func(r *room.Room) { r.Many = "work" },
		"/log/":          func(r *room.Room) { r.Many = "log" },
		"/role":          func(r *room.Room) { r.Many = "role" },
		"/days/":         func(r *room.Room) { r.Many = "days" },
		"/demo/people":   func(r *room.Room) { r.Many = "demo" },
		"organisation.":  func(r *room.Room) { r.Name = "organisation" },
		"both have the ": func(r *room.Room) { r.One = "policy" },
	} {
		r := *policy.Room()
		r.Name, r.Number, r.Kind, r.One, r.Many = "memo", 900, "Memo", "memo", "memos"
		change(&r)
		beside = []*room.Room{&r}
		if err := Check(); err == nil || !strings.Contains(err.Error(), said) || !strings.Contains(err.Error(), "another") {
			t.Errorf("%s: %v", said, err)
		}
	}
}

// TestNoStepHasAnAddressOfEveryRecord: an address that is added below the records of every room is
// kept from steps.
func TestNoStepHasAnAddressOfEveryRecord(t *testing.T) {
	steps, tried := map[string]bool{}, 0
	for _, r := range Rooms() {
		for _, s := range r.Steps() {
			steps[r.Many+"/"+s.Place()] = true
		}
	}
	for _, p := range (&App{}).Parts() {
		for _, route := range p.Routes {
			many, below, _ := strings.Cut(strings.TrimPrefix(route.Pattern, "/"), "/{ref}/")
			i := slices.IndexFunc(Rooms(), func(r *room.Room) bool { return r.Many == many })
			name, _, _ := strings.Cut(below, "/")
			if i < 0 || name == "" || steps[many+"/"+name] || strings.Contains(name, "-") { // no name of a step has one
				continue
			}
			tried++
			d := *Rooms()[i].Latest()
			d.AllSteps = slices.Clone(d.AllSteps)
			d.AllSteps[1].ID = process.Step(name)
			if _, err := room.CheckDefinition(Rooms(), &d); err == nil || !strings.Contains(err.Error(), "address") {
				t.Errorf("a step may be called %s, which is the address %s: %v", name, route.Pattern, err)
			}
		}
	}
	if tried < 3 {
		t.Errorf("%d addresses were tried", tried)
	}
}

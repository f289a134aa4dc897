package roomtest

import (
	"slices"
	"testing"

	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/process"
	"heed/internal/room"
)

// Kept is a room whose faces and rules of who may are its own (room.Desk.Keep).
type Kept struct {
	Of     func(w *world.World) *room.Room
	Always field.Answers     // what its own rules want to be answered, whatever is drawn
	Rare   []process.Step    // steps to which no random way leads
	But    map[string]string // clauses that cannot be tried on it, each with what holds instead
}

// RunKept holds it to every clause but those that it names: what is tried by a policy or a
// list that the suite adds cannot be tried on it.
func RunKept(t *testing.T, k Kept) {
	for name := range k.But {
		if !slices.ContainsFunc(clauses, func(c clause) bool { return c.name == name }) {
			t.Errorf("there is no clause %q", name)
		}
	}
	world.EachOf(t, func(t *testing.T, fresh func(*testing.T) *world.World) {
		for _, c := range clauses {
			if k.But[c.name] != "" {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				w := fresh(t)
				s := newSuite(w, k.Of(w))
				s.kept, s.rare, s.x.always = true, k.Rare, k.Always
				c.holds(s)
			})
		}
	})
}

// ruled are the rooms that bring rules of who may; of one that is kept they are the program's.
func (s *suite) ruled(all []*room.Room) []*room.Room {
	return slices.DeleteFunc(slices.Clone(all), func(r *room.Room) bool { return s.kept && r.Name == s.room.Name })
}

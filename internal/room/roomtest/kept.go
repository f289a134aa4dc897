package roomtest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"heed/internal/access"
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
	// Laid are the clauses that add rules of who may to those of the room. They are tried on its
	// definition and its own Go under rules of the suite, by which one role, Works, works it.
	Laid  []string
	Works access.Role
}

// laid is the room under rules of the suite, as if its faces and rules were those of every room.
func (k Kept) laid(w *world.World) *suite {
	r := *k.Of(w)
	r.Kind, r.Acts, r.Others, r.Reason, r.Opens, r.Follows = "Laid"+r.Kind, nil, nil, nil, "", ""
	s := newSuite(w, &r)
	own, others := []string{s.function(string(r.First().ID))}, []string{}
	for _, l := range r.Latest().Lists {
		if list := s.function("list_" + l.ID); l.Of == "raiser" || l.Of == "owner" {
			own = append(own, list)
		} else {
			others = append(others, list)
		}
	}
	r.Policies = `
@id("` + r.Name + `-laid-office")
@says("Everybody begins, and lists what they began and have.")
permit (principal, action in [` + strings.Join(own, ", ") + `], resource is Office);
@id("` + r.Name + `-laid-lists")
@says("One role lists all.")
permit (principal, action in [` + strings.Join(others, ", ") + `], resource is Office)
when { principal.role == "` + string(k.Works) + `" };
@id("` + r.Name + `-laid-work")
@says("One role works it.")
permit (principal, action in [` + s.actions() + `], resource is ` + r.Kind + `)
when { principal.role == "` + string(k.Works) + `" };
@id("` + r.Name + `-laid-own")
@says("Whoever began it opens it, and takes the steps that the definition leaves to them.")
permit (principal, action in [` + s.actions("view_work", "view_readers", "erase") + `], resource is ` + r.Kind + `)
when { resource has raiser && resource.raiser == principal };`
	s.desk = s.program(&r)
	return s
}

// RunKept holds it to every clause but those that it names.
func RunKept(t *testing.T, k Kept) {
	for _, name := range slices.AppendSeq(slices.Clone(k.Laid), maps.Keys(k.But)) {
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
				if s.kept = !slices.Contains(k.Laid, c.name); !s.kept {
					s = k.laid(w)
				}
				s.rare, s.x.always = slices.Concat(k.Rare, ofOthers(s.room)), k.Always
				c.holds(s)
			})
		}
	})
}

// ruled are the rooms that bring rules of who may; of one that is kept they are the program's.
func (s *suite) ruled(all []*room.Room) []*room.Room {
	return slices.DeleteFunc(slices.Clone(all), func(r *room.Room) bool { return s.kept && r.Name == s.room.Name })
}

package roomtest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"heed/internal/heedtest/world"
	"heed/internal/policy"
	"heed/internal/room"
)

// TestEachPartIsOfSomeRoom: a clause that no room of those that the suite is run on has
// anything for is never tried.
func TestEachPartIsOfSomeRoom(t *testing.T) {
	t.Setenv("HEED_TEST_POSTGRES", "skip") // a room is the same on both
	world.EachOf(t, func(t *testing.T, fresh func(*testing.T) *world.World) {
		had := map[*part]bool{}
		for _, of := range []func(*world.World) *room.Room{
			func(w *world.World) *room.Room { return w.Concerns.Room },
			func(*world.World) *room.Room { return policy.Room() },
			func(*world.World) *room.Room { return booking() },
			func(*world.World) *room.Room { return badge() },
		} {
			w := fresh(t)
			r := of(w)
			s := newSuite(w, r)
			if s.kept = r == w.Concerns.Room; !s.kept {
				s.desk = s.program(r)
			}
			for _, p := range parts {
				had[p] = had[p] || p.has(s)
			}
		}
		for _, p := range parts {
			if !had[p] {
				t.Errorf("of every room it is said that %s", p.none)
			}
		}
	})
}

// TestNoOtherReason: what a room has not is said by parts; what a machine has not stands here.
func TestNoOtherReason(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			said := []string{"p.none", "SQLite has one writer", "needs a browser"}
			if strings.Contains(line, ".Skip") && !slices.ContainsFunc(said,
				func(reason string) bool { return strings.Contains(line, reason) }) {
				t.Errorf("%s: %s: of a room a clause says so by needs", f.Name(), strings.TrimSpace(line))
			}
		}
	}
}

package roomtest

import (
	"slices"
	"testing"

	"heed/internal/app"
	"heed/internal/field"
	"heed/internal/id"
)

// TestALineIsOfItself: what is answered to one route changes with no other, so that a list or a
// step that is added adds lines to the table and changes none.
func TestALineIsOfItself(t *testing.T) {
	app.TestOnlyRoom(booking())
	made := demoIn(t)
	table := func(order func([]string)) []string {
		_, a := served(t, made)
		m := &matrix{t: t, app: a, room: booking(), handler: a.Handler(), x: drawn(5, a.Now, "example")}
		who := starter(t, a, booking())
		m.x.person = func(field.Field) id.Person { return who.Person }
		routes := m.routes()
		order(routes)
		lines := m.lines(routes)
		slices.Sort(lines)
		return lines
	}
	one, other := table(func([]string) {}), table(slices.Reverse[[]string])
	for i := range one {
		if one[i] != other[i] {
			t.Errorf("asked after others it is\n%s\nand asked before them\n%s", one[i], other[i])
		}
	}
}

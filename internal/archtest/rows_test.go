package archtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/concern"
	"heed/internal/id"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
)

// rows are those that made-up records have in lists, by room. They belong to the number Rows
// and the latest version of the definition: by these alone a start knows that the rows of the
// records that are there are to be made anew.
func rows() (out []shipped) {
	for _, r := range append(app.Rooms(), concern.Room()) {
		out = append(out, shipped{fmt.Sprintf("rows of %s, Rows %d, version %d", r.Many, r.Rows, r.Latest().Version),
			rowsOf(r), "Its records stand in other lists now (one that was added, its condition or order, or Go code that " +
				"makes rows), and those that are there already would be missing: raise Rows of the room, and run " +
				"./generate", false})
	}
	return out
}

// rowsOf is the hash of the rows of records at each stage and with each fact that a list
// asks for, open and ended, with and without an owner, a duty, a notice.
func rowsOf(r *room.Room) string {
	h := sha256.New()
	def := r.Latest()
	stages, facts := append([]process.State{"elsewhere"}, def.Audience.In...), []process.Facts{nil}
	for _, l := range def.Lists {
		stages, facts = append(stages, l.In...), append(facts, process.Facts{}.With(l.Facts...))
	}
	slices.Sort(stages)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	first := process.Due{Deadline: "first", Owner: "one", At: at.Add(time.Hour)}
	other := process.Due{Deadline: "other", Owner: "two", At: at.Add(2 * time.Hour), Any: true, Others: true}
	for _, stage := range slices.Compact(stages) {
		for _, has := range facts {
			for _, due := range [][]process.Due{nil, {first}, {first, other}} {
				for n := range 4 {
					s := room.State{Org: id.Org(made(1)), Team: id.Team(made(2)), By: id.Person(made(3)), Compartment: r.Compartment,
						Stage: stage, Facts: has, Due: due, Edition: &room.Edition{}, Asked: []room.Asked{{Role: "one"}},
						Notices: []room.Notice{{What: room.NoticeGiven, To: id.Person(made(4)), At: at}}}
					if n%2 == 1 {
						s.Owner = id.Person(made(5))
					}
					if n > 1 {
						s.EndedAt = at
					}
					io.WriteString(h, r.TestOnlyRows(&s)) //nolint:errcheck // a hash never fails
				}
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// made is a made-up id.
func made(n int) id.Record {
	out, err := id.ParseRecord(fmt.Sprintf("%032d", n))
	if err != nil { // of digits
		panic(err)
	}
	return out
}

// TestOtherRowsAreOthers sees the hash change with each thing by which rows are made, and
// with nothing else.
func TestOtherRowsAreOthers(t *testing.T) {
	of := func(change func(*room.Room, *process.Definition)) string {
		r, def := *policy.Room(), *policy.Room().Latest()
		def.Lists = append(slices.Clone(def.Lists), process.List{ID: "added", Of: "organisation", Order: "due"})
		change(&r, &def)
		r.Definitions = []*process.Definition{&def}
		return rowsOf(&r)
	}
	added := func(d *process.Definition) *process.List { return &d.Lists[len(d.Lists)-1] }
	as := of(func(*room.Room, *process.Definition) {})
	for what, change := range map[string]func(*room.Room, *process.Definition){
		"a list less":   func(_ *room.Room, d *process.Definition) { d.Lists = d.Lists[:len(d.Lists)-1] },
		"whose it is":   func(_ *room.Room, d *process.Definition) { added(d).Of = "raiser" },
		"its order":     func(_ *room.Room, d *process.Definition) { added(d).Order = "newest" },
		"what is open":  func(_ *room.Room, d *process.Definition) { added(d).Open = "yes" },
		"a state":       func(_ *room.Room, d *process.Definition) { added(d).In = []process.State{"draft"} },
		"a fact":        func(_ *room.Room, d *process.Definition) { added(d).Facts = []process.Fact{"told"} },
		"who waits":     func(_ *room.Room, d *process.Definition) { added(d).Waits = true },
		"its name":      func(_ *room.Room, d *process.Definition) { added(d).ID = "other" },
		"who is asked":  func(_ *room.Room, d *process.Definition) { d.Audience.In = nil },
		"who hears":     func(r *room.Room, _ *process.Definition) { r.Late = append(r.Late, "two") },
		"its heading":   func(_ *room.Room, d *process.Definition) { added(d).Title = "Other" },
		"another state": func(_ *room.Room, d *process.Definition) { d.States = d.States[1:] },
	} {
		same := what == "its heading" || what == "another state"
		if got := of(change); (got == as) != same {
			t.Errorf("%s is another: the rows are said to be the same: %v, want %v", what, got == as, same)
		}
	}
}

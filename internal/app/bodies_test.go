package app_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/directory/bodies"
	"heed/internal/fail"
	"heed/internal/imports"
	"heed/internal/tabular"
)

// look says what a file would do.
func (h *house) look(text, asOf string) *imports.Preview {
	h.t.Helper()
	file, err := tabular.Open(strings.NewReader(text))
	check(h.t, err)
	day, err := time.Parse(time.DateOnly, asOf)
	check(h.t, err)
	p, err := h.Bodies.Preview(context.Background(), h.org, imports.Asked{File: file, AsOf: day, Today: h.Clock.Now()})
	check(h.t, err)
	return p
}

// takeIn imports a file of organisations.
func (h *house) takeIn(text, asOf string) int64 {
	h.t.Helper()
	p := h.look(text, asOf)
	n, err := h.Bodies.Confirm(context.Background(), h.org, directory.Operator(), p, p.Code, nil)
	check(h.t, err)
	return n
}

func (h *house) bodies() []bodies.Body {
	h.t.Helper()
	all, err := h.Bodies.All(context.Background(), h.org)
	check(h.t, err)
	return all
}

// TestOrganisationsHaveDaysAndSuccessors: a trust that closed stays, with its days and what came in its place;
// each kind of file speaks of its own organisations only; what has no code is known by name and postcode.
func TestOrganisationsHaveDaysAndSuccessors(t *testing.T) {
	const head = "ods_code,name,type,country,open_date,close_date,successor_code\n"
	each(t, func(h *house) {
		h.takeIn("region_code,region\nY56,London\n", "2026-07-01")
		h.takeIn(head+"RA1,Alpha,acute,England,2017-10-01,,\nRA2,Beta,acute,England,2017-10-01,,\n", "2026-07-01")
		h.takeIn("name,type,country,postcode\nHope,voluntary_provider,England,SW1A 1AA\nHope,voluntary_provider,England,"+
			"SW1A 2AA\n", "2026-07-01")
		p := h.look(head+"RA1,Alpha,acute,England,2017-10-01,2026-06-30,RA3\nRA3,Alpha and Beta,acute,England,2026-07-01,,\n",
			"2026-07-08")
		if p.New != 1 || p.Changed != 1 || p.Closed != 1 || p.Found != 0 {
			h.t.Fatalf("a merger would be %d new, %d changed, %d closed, %v", p.New, p.Changed, p.Closed, p.Problems)
		}
		// Two who look at once: the second sees that something changed.
		other := h.look("region_code,region\nY56,Greater London\n", "2026-07-08")
		_, err := h.Bodies.Confirm(context.Background(), h.org, directory.Operator(), p, p.Code, nil)
		check(h.t, err)
		_, err = h.Bodies.Confirm(context.Background(), h.org, directory.Operator(), other, other.Code, nil)
		if !fail.Is(err, fail.Stale) {
			h.t.Errorf("what was looked at before another import was done: %v", err)
		}
		is := func(day string) (names []string) {
			on, err := time.Parse(time.DateOnly, day)
			check(h.t, err)
			for _, b := range h.bodies() {
				if b.At(on) {
					names = append(names, b.Name)
				}
			}
			return names
		}
		if got := is("2026-06-30"); !slices.Equal(got, []string{"Alpha", "Beta", "Hope", "Hope", "London"}) {
			h.t.Errorf("on the last day of a trust there are %v", got)
		}
		if got := is("2026-07-01"); !slices.Equal(got, []string{"Alpha and Beta", "Beta", "Hope", "Hope", "London"}) {
			h.t.Errorf("on the day after there are %v", got)
		}
		if got := is("2026-07-07"); !slices.Contains(got, "Beta") { // of which the file says nothing any more
			h.t.Errorf("on the day before a file that lists it no more there are %v", got)
		}
		if got := is("2026-07-08"); slices.Contains(got, "Beta") {
			h.t.Errorf("on the day of a file that lists it no more there are %v", got)
		}
		i := slices.IndexFunc(h.bodies(), func(b bodies.Body) bool { return b.Code == "RA1" })
		if b := h.bodies()[i]; b.Successor != "RA3" || b.Closed.Format(time.DateOnly) != "2026-06-30" {
			h.t.Errorf("a trust that was merged is %+v", b)
		}
		state, err := h.Bulk.State(context.Background(), h.org, bodies.Feed.Name)
		check(h.t, err)
		if got := state.Counts(); got["acute"] != 3 || got["region"] != 1 || got["voluntary_provider"] != 2 || len(got) != 3 {
			h.t.Errorf("counted are %v", got)
		}
		if found := h.named(); len(found) > 0 {
			h.t.Errorf("heed verify names %v", found)
		}
	})
}

// TestWhatAFileListsNoMore: it is named before it is done, stays with its last day, once, for thirty years, and is
// there again when the next file has it; taking the import back takes that back. Seen to fail when it ended at once,
// when it was closed with each file anew, when it stayed for good, and when two days were one.
func TestWhatAFileListsNoMore(t *testing.T) {
	const head = "region_code,region,open_date,close_date,successor_code\n"
	const both = head + "Y56,London,2017-10-01,,\nY58,South West,2017-10-01,,\n"
	const one = head + "Y56,London,2017-10-01,,\n"
	each(t, func(h *house) {
		southWest := func() string {
			for _, b := range h.bodies() {
				if b.Code == "Y58" {
					return b.Closed.Format(time.DateOnly)
				}
			}
			return "not there"
		}
		is := func(what, want string) {
			h.t.Helper()
			if got := southWest(); got != want {
				h.t.Errorf("%s it closed on %s, want %s", what, got, want)
			}
		}
		var none time.Time
		open := none.Format(time.DateOnly)
		h.takeIn(both, "2026-07-01")
		p := h.look(one, "2026-07-08")
		if got := fmt.Sprint(p.Named.Closed); p.Closed != 1 || p.Left != 0 || got != "[{0 South West (Y58)}]" {
			h.t.Errorf("it would close %d: %s", p.Closed, got)
		}
		n := h.takeIn(one, "2026-07-08")
		is("after a file without it", "2026-07-07")
		check(h.t, h.Bulk.Undo(context.Background(), h.org, directory.Operator(), bodies.Feed.Name, n))
		is("after that was taken back", open)
		h.takeIn(one, "2026-07-08")
		for _, day := range []string{"2026-07-08", "2026-07-09"} {
			if p := h.look(one, day); !p.Nothing() {
				h.t.Errorf("without it once more on %s: %+v", day, p)
			}
		}
		if p := h.look(head+"Y56,London,2017-10-02,,\n", "2026-07-09"); p.Changed != 1 {
			h.t.Errorf("another day alone changes %d", p.Changed)
		}
		h.takeIn(both, "2026-07-10")
		is("in the file again", open)
		h.takeIn(one, "2026-07-11")
		h.Clock.(*clock.Hand).Move(31 * 366 * 24 * time.Hour)
		p = h.look(one, "2056-07-11")
		if got := fmt.Sprint(p.Named.Left); p.Left != 1 || p.Closed != 0 || got != "[{0 South West (Y58)}]" {
			h.t.Errorf("after thirty years %d leave: %s", p.Left, got)
		}
		h.takeIn(one, "2056-07-11")
		is("after thirty years", "not there")
		if found := h.named(); len(found) > 0 {
			h.t.Errorf("heed verify names %v", found)
		}
	})
}

// TestNobodyComesAfterThemselves: not within a file, not by way of what is here; and a file of one kind
// takes nothing over that stands in the list of another.
func TestNobodyComesAfterThemselves(t *testing.T) {
	const head = "ods_code,name,type,country,open_date,close_date,successor_code\n"
	each(t, func(h *house) {
		h.takeIn("region_code,region,open_date,close_date,successor_code\nY56,London,2017-10-01,,\n", "2026-07-01")
		h.takeIn(head+"RA1,Alpha,acute,England,2017-10-01,2026-01-01,Y56\nRA2,Beta,acute,England,2017-10-01,2026-01-01,RA1\n",
			"2026-07-01")
		for name, text := range map[string]string{
			"in the file": head + "RA1,Alpha,acute,England,2017-10-01,2026-01-01,RA2\n" +
				"RA2,Beta,acute,England,2017-10-01,2026-01-01,RA1\n",
			"itself": head + "RA1,Alpha,acute,England,2017-10-01,2026-01-01,RA1\n",
			"by way of what is here": "region_code,region,open_date,close_date,successor_code\n" +
				"Y56,London,2017-10-01,2026-01-01,RA2\n",
			"in another list": "code,name,type,country,postcode\nRA1,Alpha,voluntary_provider,England,SW1A 1AA\n",
		} {
			if p := h.look(text, "2026-07-08"); p.Found == 0 {
				h.t.Errorf("%s: %+v", name, p)
			}
		}
	})
}

// TestAFileThatBecomesAnotherIsNotImported: it is read twice, and what is done is what was shown.
func TestAFileThatBecomesAnotherIsNotImported(t *testing.T) {
	each(t, func(h *house) {
		path := h.t.TempDir() + "/regions.csv"
		write := func(text string) { check(h.t, os.WriteFile(path, []byte(text), 0o600)) }
		write("region_code,region\nY56,London\nY58,South West\n")
		in, err := os.Open(path)
		check(h.t, err)
		defer in.Close()
		file, err := tabular.Open(in)
		check(h.t, err)
		p, err := h.Bodies.Preview(context.Background(), h.org, imports.Asked{File: file, AsOf: h.Clock.Now(),
			Today: h.Clock.Now()})
		check(h.t, err)
		for _, text := range []string{"region_code,region\nY56,Paris\nY58,South West\n", "region_code,region\nY56,London\n",
			"region_code,region\n?,London\nY58,South West\n"} {
			write(text)
			_, err := h.Bodies.Confirm(context.Background(), h.org, directory.Operator(), p, p.Code, nil)
			if !fail.Is(err, fail.Stale) {
				h.t.Errorf("%q was imported in its place: %v", text, err)
			}
		}
		if got := h.bodies(); len(got) > 0 {
			h.t.Errorf("%v are there", got)
		}
	})
}

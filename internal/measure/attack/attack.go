// Package attack works out what a reader can learn from published tables: the exact
// least and greatest value of every hidden cell.
//
// What it keeps true: a range never claims more than the tables allow (it contains
// every true table that fits), and a range marked Proven is attained at both ends by
// whole tables that fit everything published. Where proof would take more than the
// stated number of steps the range is still one that contains the truth, and is
// marked not proven; then the tables are not called safe.
//
// The method (README of the statistics, 5.3; decision 0402): bounds are narrowed
// sum by sum; what is left falls into components; a component in which every cell
// stands in at most two sums with opposite signs is a flow network, where one
// feasible circulation and two augmentations for each cell give exact bounds; linked
// tables are bounded network by network and joined by whole solutions; the rest is
// bounded by linear programmes whose bounds are made certain in whole numbers, and searched. It is trusted to see small
// counts and keeps nothing.
package attack

import (
	"slices"

	"heed/internal/fail"
)

// Unbounded is the High of a cell that nothing limits.
const Unbounded int64 = 1 << 55

// Range is what is known of a cell, both ends included.
type Range struct{ Low, High int64 }

// Values is the number of values in the range, Unbounded at most.
func (r Range) Values() int64 { return min(Unbounded, r.High-r.Low+1) }

// Enough is the number of values that a hidden cell must be able to have.
const Enough = 3

// Small is the largest count that must not be found below national level.
const Small = 7

// Status sums up an attack.
type Status string

// From worst to best. Unproven: no cell is known to be found, but the search ended
// before that was certain.
const (
	Contradiction Status = "contradiction"
	Recoverable   Status = "recoverable"
	Narrow        Status = "narrow"
	Unproven      Status = "not proven"
	Safe          Status = "safe"
)

// Found is what the attack learns of one hidden cell.
type Found struct {
	Cell string
	Range
	Proven bool
}

// Finding is the result of an attack.
type Finding struct {
	Status      Status
	Recoverable []string // cells with one value left
	Narrow      []string // cells with two
	Cells       []Found  // every hidden cell, in the order of the tables
	Steps       int      // taken in all
	Sums        []string // how many sums were checked, by dimension
	NoTotal     []string // dimensions without a Total
}

// Limit is the number of steps allowed: checks of one sum, and other work counted as such.
type Limit int

// DefaultSteps is up to a few seconds of work. It decides three-way
// tables with up to 110 hidden cells in full (a test holds that); beyond that, cells are "not
// proven". A number of steps, not a time, so that the answer is the same everywhere.
const DefaultSteps Limit = 8_000_000

// Run attacks tables together: every table of a release, earlier editions, year to
// date and quarters. Counts of people in, ranges of counts out. Errors: as NewFrame.
func Run(tables []Table, h Hierarchy, r Rules, steps Limit) (Finding, error) {
	if r.MarkLow < 0 || r.MarkHigh < r.MarkLow || r.Base < 0 {
		return Finding{}, fail.New(fail.Bad, "a mark must stand for numbers from 0 or more up to the same or more")
	}
	f, err := NewFrame(tables, h)
	if err != nil {
		return Finding{}, err
	}
	ranges, hidden := f.Ranges(r)
	return f.Attack(ranges, hidden, f.hints(r), steps), nil
}

// hints are values near what is published, from which a fitting table is looked for.
func (f *Frame) hints(r Rules) []int64 {
	h := make([]int64, len(f.Names))
	for i := range h {
		h[i] = -1
	}
	for _, p := range f.shown {
		switch {
		case p.Kind == Number:
			h[p.cell] = p.N
		case h[p.cell] < 0 && f.of(p, r).MarkHigh < Unbounded:
			h[p.cell] = (f.of(p, r).MarkLow + f.of(p, r).MarkHigh) / 2
		}
	}
	return h
}

// derived are the cells that no table shows but that sums speak of, such as the
// increment between two cumulative editions, or the rest of a group. Anybody can work
// with them, so a small count must not be found in them either.
func (f *Frame) derived(ranges []Range) []int {
	shown := make([]bool, len(ranges))
	for _, p := range f.shown {
		shown[p.cell] = true
	}
	var out []int
	for id := range ranges {
		if !shown[id] {
			out = append(out, id)
		}
	}
	return out
}

// Attack bounds the hidden cells, given what is known of all cells at first sight.
// hints may be nil; a true table as hints makes the work short.
func (f *Frame) Attack(ranges []Range, hidden []int, hints []int64, steps Limit) Finding {
	s := newSystem(f, ranges, hints, steps)
	out := Finding{Status: Contradiction}
	out.Sums, out.NoTotal = f.Checked()
	derived := f.derived(ranges)
	fits := s.solve(append(slices.Clone(hidden), derived...))
	if out.Steps = s.steps; !fits {
		return out
	}
	out.Status, out.Cells = Safe, make([]Found, 0, len(hidden))
	unproven := false
	for _, id := range hidden {
		r := s.outer[id]
		if r.High >= Unbounded/2 {
			r.High = Unbounded
		}
		c := Found{Cell: f.Names[id], Range: r, Proven: s.proven(id)}
		out.Cells = append(out.Cells, c)
		switch {
		case r.Values() == 1:
			out.Recoverable = append(out.Recoverable, c.Cell)
		case r.Values() < Enough:
			out.Narrow = append(out.Narrow, c.Cell)
		}
		// Enough values seen in whole tables make a cell safe even where its ends are not proven.
		if !c.Proven && !(s.joint && s.seen[id].Values() >= Enough) {
			unproven = true
		}
	}
	for _, id := range derived {
		r := s.outer[id]
		if s.spent() && !s.proven(id) && !(s.joint && s.seen[id].Values() >= Enough) {
			unproven = true
		}
		switch small := r.High > 0 && r.Low <= Small; {
		case small && r.Values() == 1:
			out.Recoverable = append(out.Recoverable, f.Names[id])
		case small && r.Values() < Enough:
			out.Narrow = append(out.Narrow, f.Names[id])
		}
	}
	switch {
	case len(out.Recoverable) > 0:
		out.Status = Recoverable
	case len(out.Narrow) > 0:
		out.Status = Narrow
	case unproven:
		out.Status = Unproven
	}
	return out
}

package room

import (
	"slices"
	"strings"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/field"
	"heed/internal/process"
	"heed/internal/store"
)

// Said is the last answer to a question that the record keeps, whichever step asked it.
func (s *State) Said(d *process.Definition, name string) (out field.Value) {
	last := int64(0)
	for _, step := range d.Asking(name) {
		if m := s.Last[step]; m.Version > last {
			last, out = m.Version, s.Kept[string(step)+"."+name]
		}
	}
	return out
}

// leaning is an item on which a record relies, and from when it is no longer in force.
type leaning struct {
	by   process.Reliance
	item string // "reliance/item", as entries name it
	ends time.Time
}

// leans are the items with an end on which an open record relies, those aside that its
// owner was told of. The definition is that which was shipped: an overlay touches no set.
func (r *Room) leans(s *State) (out []leaning) {
	shipped, _, _ := strings.Cut(s.Definition, "+")
	d, err := r.Definition(shipped)
	if err != nil || s.Ended() { // a newer program's: it sees to it
		return nil
	}
	for _, by := range d.Relies {
		said, asked := s.Said(d, by.Field), by.Question(d)
		for _, id := range append(slices.Clone(said.List), said.Text) {
			o, ok := asked.Option(id)
			item := by.ID + "/" + id
			if ok && o.To != (workday.Day{}) && !slices.Contains(s.Told, item) {
				out = append(out, leaning{by, item, o.To.Add(1).Start().UTC()})
			}
		}
	}
	return out
}

// itemsEnded writes that items on which the record relies are no longer in force: once for
// each, and by each reliance in an entry of its own.
func (d *Desk) itemsEnded(tx *store.Tx, r *Room, w writing) (bool, error) {
	over := slices.DeleteFunc(r.leans(&w.was), func(x leaning) bool { return tx.Now().Before(x.ends) })
	if len(over) == 0 {
		return false, nil
	}
	var items []string
	for _, x := range over {
		if x.by.ID == over[0].by.ID {
			items = append(items, x.item)
		}
	}
	return d.byItself(tx, r, w, over[0].by.Ended(), nil, "item-ended", func(ev *Event) { ev.Effect.Told = items })
}

// looksAgain is when a record is looked at next: when something on it falls due, when an
// item on which it relies ends, when it was kept long enough, and a day later while something is overdue.
func (r *Room) looksAgain(s *State, now time.Time) (at time.Time, ok bool) {
	soonest := func(t time.Time) {
		if t.After(now) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, x := range s.Due {
		soonest(x.At)
		if !x.At.After(now) {
			soonest(now.Add(24 * time.Hour))
		}
	}
	for _, x := range r.leans(s) {
		soonest(x.ends)
	}
	if to, waits := s.keptTo(); waits {
		soonest(to)
	}
	return at, !at.IsZero()
}

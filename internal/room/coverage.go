package room

import (
	"context"
	"slices"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
)

// Covered is an item of a room's coverage, and the records that cover it.
type Covered struct {
	ID, Label string
	By        []Row
}

// mostCovering is how many records of the list are looked at.
const mostCovering = 2000

// Coverage gives every item with the records of the list that cover it, for whoever may
// see that list; all is false when there are more than are looked at. Each page of the
// list is in the ledger before this returns.
func (d *Desk) Coverage(ctx context.Context, a access.Actor, r *Room) (out []Covered, all bool, err error) {
	def := r.Latest()
	c := def.Coverage
	if !c.Given() {
		return nil, false, fail.New(fail.Missing, "Page not found")
	}
	items := field.On([]field.Field{c.Items(def)}, workday.Of(d.Clock.Now()))[0]
	for _, item := range items.Offered() {
		out = append(out, Covered{ID: item, Label: items.Label(item)})
	}
	q := Query{List: c.List, Limit: MaxPage}
	for range mostCovering / MaxPage {
		page, err := d.List(ctx, a, r, q)
		if err != nil {
			return nil, false, err
		}
		for i := range out {
			for _, x := range page.Rows {
				if slices.Contains(x.State.Said(def, c.Field).List, out[i].ID) {
					out[i].By = append(out[i].By, x)
				}
			}
		}
		if q.After = page.Next; q.After == "" {
			return out, true, nil
		}
	}
	return out, false, nil
}

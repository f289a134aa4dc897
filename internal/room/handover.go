package room

import (
	"context"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/process"
	"heed/internal/store"
)

// Handing over gives what somebody has to another, each record by its own room's step
// that names who has it from then on: with that step's rules of who may and who may not
// have it, its entry and its notice. One that is refused keeps none of the others.

// handOver is the name of the list of what somebody has.
const handOver = "hand-over"

// giving is the step by which somebody in a role gives a record to another, as it stands;
// where there is none, one that says so when it is taken.
func giving(def *process.Definition, role access.Role, s *State) (process.StepInfo, bool) {
	gives := func(info process.StepInfo) bool {
		f, ok := field.Find(info.Fields, info.Owner)
		return ok && f.Kind == field.Person
	}
	all := def.StepsFor(process.Role(role), s.Status())
	if i := slices.IndexFunc(all, gives); i >= 0 {
		return all[i], true
	}
	if i := slices.IndexFunc(def.AllSteps[1:], gives); i >= 0 {
		return def.AllSteps[1+i], false
	}
	return def.AllSteps[0], false
}

// Holding is one page of what somebody has.
type Holding struct {
	Page
	To []directory.Person // who could have any of it
}

// Holds gives one page of what somebody has and this actor could give to another, what is
// due first on top. That it was shown, and which references it named, is in the ledger
// before this returns.
func (d *Desk) Holds(ctx context.Context, a access.Actor, of id.Person, q Query) (out Holding, err error) {
	if q.Limit < 1 || q.Limit > MaxPage {
		return out, faultOfLimit()
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		out = Holding{Page: Page{List: process.List{ID: handOver, Title: "What somebody has"}}}
		if may, err := d.handsOn(tx, a, of); err != nil || !may {
			return err
		}
		key, err := d.Directory.ListKey(tx, a.Org)
		if err != nil {
			return err
		}
		list := reading{name: handOver + of.String(), tags: []Tag{sharedTag(key, work, of.Bytes())}}
		list.claims = func(tx *store.Tx, r *Room, s *State, sort int64) (claim, bool, error) {
			due, isDue := s.NextDue()
			if !isDue || s.Owner != of || clock.Micros(due.At) != sort {
				return claim{}, false, nil
			}
			def, err := d.goesBy(tx, r, s)
			if err != nil {
				return claim{}, false, nil //nolint:nilerr // a newer program's: it gives it away
			}
			info, ok := giving(def, a.Role, s)
			if !ok {
				return claim{}, false, nil
			}
			return claim{act: r.actions(string(info.ID), a, s)[0], due: due}, true, nil
		}
		if out.Rows, out.Next, err = d.rows(tx, a, list, q); err != nil {
			return err
		}
		roles, err := d.rolesFor(tx, a, out.Rows)
		if err == nil {
			out.To, err = d.holders(tx, a.Org, of, roles)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	return out, d.listed(ctx, a, handOver, kindWork, handOver, out.Rows)
}

// handsOn says whether somebody may ask what a person has: their own, and what those of
// their role have or had. Whether they may give each record away is asked of the record.
func (d *Desk) handsOn(tx *store.Tx, a access.Actor, of id.Person) (bool, error) {
	if of == a.Person {
		return true, nil
	}
	gone, err := d.Directory.Gone(tx, a.Org, a.Role)
	if err != nil || slices.Contains(gone, of) {
		return err == nil, err
	}
	return d.Directory.Alike(tx, a, of)
}

// rolesFor are the roles of which somebody could have one of the records that were shown.
func (d *Desk) rolesFor(tx *store.Tx, a access.Actor, rows []Row) (roles []string, err error) {
	for _, x := range rows {
		if x.State.Record.IsZero() { // damaged
			continue
		}
		def, err := d.goesBy(tx, x.Room, x.State)
		if err != nil {
			return nil, err
		}
		info, _ := giving(def, a.Role, x.State)
		f, _ := field.Find(info.Fields, info.Owner)
		roles = append(roles, f.Of...)
	}
	slices.Sort(roles)
	return slices.Compact(roles), nil
}

func (d *Desk) holders(tx *store.Tx, org id.Org, but id.Person, roles []string) (out []directory.Person, err error) {
	for _, role := range roles {
		all, err := d.Directory.Holders(tx, org, access.Role(role), id.Team{})
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			if p.ID != but && !slices.ContainsFunc(out, func(x directory.Person) bool { return x.ID == p.ID }) {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// Named is a record, as whoever hands it over names it.
type Named struct {
	Room      string
	Reference id.Reference
}

// Handing is what is to be handed over.
type Handing struct {
	From, To id.Person
	Why      string
	What     []Named
	Key      string // the same key again does nothing again
}

// WhyHanded is what is asked of whoever hands over.
var WhyHanded = plain.Field{Label: "why you are handing it over", Limit: 500, Must: true}

func (h Handing) faults() error {
	var f fail.Fields
	if len(h.What) == 0 {
		f.Add("what", "Select what should be handed over")
	}
	if len(h.What) > MaxPage {
		f.Add("what", "Select no more than 100 records at a time")
	}
	if h.To.IsZero() || h.To == h.From {
		f.Add("to", "Select who should have it from now on")
	}
	if words := WhyHanded.Fault(h.Why); words != "" {
		f.Add("why", words)
	}
	return f.Err()
}

// Handed says of one record whether it was handed over.
type Handed struct {
	Named
	One     string // what such a record is called
	Refused string // why it was not; empty: it was
}

// HandOver gives records of one person to another, and says of each whether it was. What
// is refused of one record holds up none of the others.
func (d *Desk) HandOver(ctx context.Context, a access.Actor, h Handing) ([]Handed, error) {
	if err := h.faults(); err != nil {
		return nil, err
	}
	var out []Handed
	for _, x := range h.What {
		done, err := Handed{Named: x, One: "record"}, error(fail.New(fail.Missing, "Page not found"))
		if i := slices.IndexFunc(d.rooms, func(r *Room) bool { return r.Name == x.Room }); i >= 0 {
			done.One = d.rooms[i].One
			err = d.handOne(ctx, a, d.rooms[i], h, x.Reference)
		}
		switch fail.KindOf(err) {
		case fail.Bad, fail.Refused, fail.Conflict, fail.Stale, fail.Tampered:
			done.Refused = strings.Join(wordsOf(err), ". ")
		case fail.Missing, fail.Hidden:
			done.Refused = "There is no such record that you could hand over"
		default:
			if err != nil {
				return out, err
			}
		}
		out = append(out, done)
	}
	return out, nil
}

func wordsOf(err error) (out []string) {
	for _, f := range fail.FieldsOf(err) {
		out = append(out, f.Words)
	}
	if len(out) == 0 {
		out = []string{fail.Words(err)}
	}
	return out
}

// handOne gives one record by its own step, which says what is refused, and finds what was
// sent before.
func (d *Desk) handOne(ctx context.Context, a access.Actor, r *Room, h Handing, ref id.Reference) error {
	var info process.StepInfo
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		s, err := d.Standing(tx, r, a.Org, ref)
		if err != nil {
			return err
		}
		def := d.followed(r, r.Latest(), d.Directory.KnownIn(tx, a.Org))
		if its, err := d.goesBy(tx, r, &s); err == nil && !s.Record.IsZero() {
			def = its // what goes by rules that nobody knows here is refused once access was asked
		}
		info, _ = giving(def, a.Role, &s)
		return nil
	})
	if err != nil {
		return err
	}
	in := field.Said(info.Owner, h.To.String())
	if why := slices.IndexFunc(info.Fields, func(f field.Field) bool { return f.Kind == field.Text }); why >= 0 {
		in.Set(info.Fields[why].ID, h.Why)
	}
	key := ""
	if h.Key != "" {
		key = h.Key + "/" + string(ref)
	}
	_, err = d.Take(ctx, a, r, ref, Taking{Step: info.ID, Answers: in, Key: key, Had: h.From})
	return err
}

package room

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/store"
)

// MaxPage is the longest page of a list.
const MaxPage = 100

// Query asks for one page of a list.
type Query struct {
	List  string
	Limit int          // 1 to MaxPage
	After id.Reference // the last reference of the page before
}

// Row is a record in a list: where it stands, and its title if its room has one.
type Row struct {
	Room      *Room
	Reference id.Reference
	Title     string
	Stage     process.State
	Label     string // the stage in words
	By, Owner id.Person
	At        time.Time
	Due       process.Due // zero when nothing is due
	Version   int64
	Ended     bool
}

// Page is one page of a list.
type Page struct {
	List process.List
	Rows []Row
	Next id.Reference // to be sent as After; empty on the last page
}

type listedRefs struct {
	List       string         `json:"list"`
	References []id.Reference `json:"references"`
}

// List gives one page. That it was shown, and which references it named, is in the
// ledger before this returns.
func (d *Desk) List(ctx context.Context, a access.Actor, r *Room, q Query) (Page, error) {
	def := r.Latest()
	l, ok := def.List(q.List)
	if !ok {
		return Page{}, fail.New(fail.Missing, "Page not found")
	}
	if q.Limit < 1 || q.Limit > MaxPage {
		return Page{}, fail.Fields{{Name: "limit", Words: fmt.Sprintf("Limit must be between 1 and %d", MaxPage)}}.Err()
	}
	ask := access.Function(a.Org)
	decision := d.Policy.Decide(a, r.action("list_"+l.ID), ask, access.Context{})
	if err := decision.Err(ask); err != nil {
		return Page{}, err
	}
	page := Page{List: l}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		key, err := d.Directory.ListKey(tx, a.Org)
		if err != nil {
			return err
		}
		tag := tagOf(key, r.Name, r.Compartment, base(def, l), ownerOf(l.Of, a.Org, a.Team, a.Person))
		until := int64(0)
		if l.Today {
			until = clock.Micros(workday.Of(tx.Now()).End())
		}
		page.Rows, page.Next, err = d.rows(tx, a, tag, q, until, l.Order == orderNewest, func(s *State) bool { return listed(l, s) })
		return err
	})
	if err != nil {
		return Page{}, err
	}
	return page, d.listed(ctx, a, decision.Rule, r.Name+kindListed, q.List, page.Rows)
}

// Work gives what somebody has to do over all rooms, the soonest due first.
func (d *Desk) Work(ctx context.Context, a access.Actor, q Query) (Page, error) {
	page := Page{List: process.List{ID: work, Title: "My work"}}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		key, err := d.Directory.ListKey(tx, a.Org)
		if err != nil {
			return err
		}
		tag := tagOf(key, "", "", work, a.Person.Bytes())
		page.Rows, page.Next, err = d.rows(tx, a, tag, q, 0, false, func(s *State) bool { return s.Owner == a.Person && !s.Ended() })
		return err
	})
	if err != nil {
		return Page{}, err
	}
	return page, d.listed(ctx, a, "own-work", "work"+kindListed, work, page.Rows)
}

// rows reads one page. The tables only say where to look: whether a record is in
// this list comes from its own sealed state, and whether this actor may see that it
// is there from access, so that a row changed by SQL shows nobody more (promise I7).
func (d *Desk) rows(tx *store.Tx, a access.Actor, tag Tag, q Query, until int64, newest bool, in func(*State) bool) ([]Row, id.Reference, error) {
	text, args, err := d.query(tx, tag, q, until, newest)
	if err != nil {
		return nil, "", err
	}
	all, err := store.All(tx, (*row).listFields, text, args...)
	if err != nil {
		return nil, "", err
	}
	var out []Row
	var next id.Reference
	may := map[question]bool{}
	for i, x := range all {
		if i == q.Limit {
			break
		}
		if len(all) > q.Limit && i == q.Limit-1 {
			next = id.Reference(x.reference)
		}
		r, known := d.byNumber(x.room)
		if !known || x.org != a.Org {
			continue
		}
		s, _, err := d.open(x)
		if fail.Is(err, fail.Gone) {
			continue
		}
		if fail.Is(err, fail.Tampered) { // it stays in sight; opening it says what is wrong
			d.Log.Error("a record in a list is damaged", "record", x.record.String(), "room", r.Name)
			out = append(out, Row{Room: r, Reference: id.Reference(x.reference), Label: "Damaged: tell your administrator"})
			continue
		}
		if err != nil {
			return nil, "", err
		}
		if s.Org != a.Org || !in(&s) || !d.mayView(a, r, &s, tx.Now(), may) {
			continue
		}
		out = append(out, r.rowOf(&s))
	}
	return out, next, nil
}

func (d *Desk) query(tx *store.Tx, tag Tag, q Query, until int64, newest bool) (string, []any, error) {
	args := []any{tag[:]}
	next := func(v any) string { args = append(args, v); return "$" + strconv.Itoa(len(args)) }
	text := `select ` + rowColumns + `, l.sort from room_list_v1 l join room_record_v1 r on r.record = l.record
		join record_key k on k.record = r.record join head h on h.record = r.record where l.tag = $1`
	if until > 0 {
		text += ` and l.sort <= ` + next(until)
	}
	if q.After != "" {
		last, err := store.One(tx, func(p *placeAfter) []any { return []any{&p.sort, &p.record} },
			`select l.sort, l.record from room_list_v1 l join room_record_v1 r on r.record = l.record where l.tag = $1 and r.reference = $2`,
			tag[:], string(q.After))
		if fail.Is(err, fail.Missing) {
			return "", nil, fail.Fields{{Name: "cursor", Words: "Send the cursor as the page before gave it"}}.Err()
		}
		if err != nil {
			return "", nil, err
		}
		sign := ">"
		if newest {
			sign = "<"
		}
		text += ` and (l.sort, l.record) ` + sign + ` (` + next(last.sort) + `, ` + next(last.record) + `)`
	}
	if newest {
		return text + ` order by l.tag desc, l.sort desc, l.record desc limit ` + next(q.Limit+1), args, nil
	}
	return text + ` order by l.tag, l.sort, l.record limit ` + next(q.Limit+1), args, nil
}

type placeAfter struct {
	sort   int64
	record id.Record
}

// question is all of a list row that access looks at: most rows of a team differ in nothing.
type question struct {
	room          ledger.Room
	team          id.Team
	compartment   string
	raiser, owner id.Person
	stage         process.State
	closed, named bool
}

func (d *Desk) mayView(a access.Actor, r *Room, s *State, now time.Time, known map[question]bool) bool {
	res := r.resource(s, now)
	named := len(res.Subjects)+len(res.Conflicts)+len(res.Named) > 0
	q := question{r.Number, s.Team, s.Compartment, s.By, s.Owner, s.Stage, res.Closed, named}
	may, ok := known[q]
	if !ok || named {
		// A closed row that would need a reason to open is listed: a reference says nothing.
		may = d.Policy.Decide(a, r.action(actView), res, access.Context{}).Effect != access.Deny
		known[q] = may
	}
	return may
}

func (r *Room) rowOf(s *State) Row {
	due, _ := s.NextDue()
	out := Row{Room: r, Reference: s.Reference, Title: s.Title, Stage: s.Stage, Label: string(s.Stage), By: s.By, Owner: s.Owner,
		At: s.At, Due: due, Version: s.Version, Ended: s.Ended()}
	if def, err := r.Definition(s.Definition); err == nil {
		out.Label = def.Label(s.Stage)
	}
	return out
}

func (d *Desk) listed(ctx context.Context, a access.Actor, rule, kind, list string, rows []Row) error {
	refs := make([]id.Reference, len(rows))
	for i, r := range rows {
		refs[i] = r.Reference
	}
	return d.Store.DoReading(ctx, func(tx *store.Tx) error {
		return d.note(tx, a, rule, kind, listedRefs{list, refs})
	})
}

// Listed says whether a record belongs in somebody's list at a time: the rule that
// lists are held to.
func Listed(l process.List, s *State, a access.Actor, now time.Time) bool {
	due, isDue := s.NextDue()
	return listed(l, s) && string(whose(l.Of, s)) == string(ownerOf(l.Of, a.Org, a.Team, a.Person)) &&
		(!l.Today || isDue && !due.At.After(workday.Of(now).End()))
}

// TestOnlyQuery is the text of a list's page, for tests of its plan.
func (d *Desk) TestOnlyQuery(tx *store.Tx, a access.Actor, r *Room, q Query) (string, []any, error) {
	l, _ := r.Latest().List(q.List)
	key, err := d.Directory.ListKey(tx, a.Org)
	if err != nil {
		return "", nil, err
	}
	tag := tagOf(key, r.Name, r.Compartment, base(r.Latest(), l), ownerOf(l.Of, a.Org, a.Team, a.Person))
	return d.query(tx, tag, q, 0, l.Order == orderNewest)
}

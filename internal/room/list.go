package room

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/directory"
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
	Limit int    // 1 to MaxPage
	After string // the cursor of the page before
	Pass  int    // or a number of rows to pass over, for numbered pages
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
	State     *State // for the room's own Go; no face shows it

	Sent []Disclosure // in the list of what was sent

	HearsBy, ToldAt time.Time // by when whoever began it hears, and when they last did
	EndedAt         time.Time
	Waits           bool // for somebody outside

	For  directory.Cover // by which it stands there for who has it and is away; zero: none
	Left bool            // who has it has left: it waits for anybody in the role

	record id.Record
	at     int64 // its place in the list
	why    claim
}

// Page is one page of a list.
type Page struct {
	List process.List
	Rows []Row
	Next string // to be sent as After; empty on the last page
}

type listedRefs struct {
	List       string         `json:"list"`
	References []id.Reference `json:"references"`
}

// List gives one page. That it was shown, and which references it named, is in the
// ledger before this returns.
func (d *Desk) List(ctx context.Context, a access.Actor, r *Room, q Query) (Page, error) {
	l, ok := r.Latest().List(q.List)
	if !ok {
		return Page{}, fail.New(fail.Missing, "Page not found")
	}
	if q.Limit < 1 || q.Limit > MaxPage {
		return Page{}, faultOfLimit()
	}
	ask := access.Function(a.Org)
	decision := d.mayUse(a, r, "list_"+l.ID)
	if err := decision.Err(ask); err != nil {
		return Page{}, err
	}
	page := Page{List: l}
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		page.Rows, page.Next, err = d.Rows(tx, a, r, Asking{Query: q, Of: a, Act: r.rowAct(l, a)})
		return err
	})
	if err != nil {
		return Page{}, err
	}
	for i, row := range page.Rows {
		if l.Sent { // and nothing else of the record
			page.Rows[i] = Row{Room: r, Reference: row.Reference, Sent: row.State.Disclosed,
				State: &State{Due: row.State.Due, Disclosed: row.State.Disclosed}}
		}
		if l.Kept {
			page.Rows[i].Due = row.State.keptDue()
		}
	}
	return page, d.listed(ctx, a, decision.Rule, r.Name+kindListed, q.List, page.Rows)
}

func faultOfLimit() error {
	return fail.Fields{{Name: "limit", Words: fmt.Sprintf("Limit must be between 1 and %d", MaxPage)}}.Err()
}

// rowAct is what access is asked about the rows of a list; empty: opening them.
func (r *Room) rowAct(l process.List, a access.Actor) access.Action {
	if r.Acts == nil {
		return ""
	}
	return r.Acts("see_"+l.ID, a, &State{})[0]
}

// untilOf is where a list of what is due today ends; 0 for the others.
func untilOf(l process.List, now time.Time) int64 {
	if !l.Today {
		return 0
	}
	return clock.Micros(workday.Of(now).End())
}

// isDue says whether something of a record is due by then.
func isDue(s *State, until int64) bool {
	due, is := s.NextDue()
	return is && clock.Micros(due.At) <= until
}

// reading is one list that is being read.
type reading struct {
	name   string // of the list, for its cursors
	tags   []Tag  // one, or several that are read as one
	since  int64  // only what is sorted at or after this; 0: everything
	until  int64  // only what is sorted before or at this; 0: everything
	newest bool
	plain  bool             // only what its reader may see without giving a reason: it says more than a reference
	today  bool             // only what its reader sees to be due by until
	stands directory.Stands // for whom whoever reads it covers
	// claims says whether a record stands in the list at this place, and why.
	claims claims
}

type claims func(tx *store.Tx, r *Room, s *State, sort int64) (claim, bool, error)

// claim is why a record stands in a list.
type claim struct {
	act  access.Action   // that access is asked for; empty: opening it
	due  process.Due     // the duty by which it stands there; zero: the soonest
	what NoticeKind      // the notice by which it does
	of   string          // what the notice is of
	cov  directory.Cover // by which it stands there for who has the record
	left bool            // who has the record has left
}

// in is the claim of a list whose records are told by where they stand.
func in(act access.Action, is func(*State) bool) func(*store.Tx, *Room, *State, int64) (claim, bool, error) {
	return func(_ *store.Tx, _ *Room, s *State, _ int64) (claim, bool, error) { return claim{act: act}, is(s), nil }
}

// rows reads until the page is full, and one row more, to know whether there is a next
// page. What this actor may not see is passed over and its place filled, so that no
// page is short, and no cursor is made, by what is hidden.
//
// The tables only say where to look: whether a record is in this list comes from its
// own sealed state, and whether this actor may see that it is there from access, so
// that a row changed by SQL shows nobody more (promise I7).
func (d *Desk) rows(tx *store.Tx, a access.Actor, of reading, q Query) (out []Row, next string, err error) {
	var at, last directory.Place
	if q.After != "" {
		if at, err = d.Directory.PlaceOf(tx, a, of.name, q.After); err != nil {
			return nil, "", err
		}
	}
	may := asked{}
	if of.stands, err = d.Directory.StandsFor(tx, a); err != nil {
		return nil, "", err
	}
	for {
		all, err := of.next(tx, at, q.Limit+1)
		if err != nil {
			return nil, "", err
		}
		for _, x := range all {
			at = directory.Place{Sort: x.sort, Record: x.record}
			r, ok, err := d.listedRow(tx, a, of, x, may)
			switch {
			case err != nil:
				return nil, "", err
			case !ok:
			case q.Pass > 0:
				q.Pass--
			case len(out) == q.Limit:
				next, err = d.Directory.Cursor(tx, a, of.name, last)
				return out, next, err
			default:
				out, last = append(out, r), at
			}
		}
		if len(all) <= q.Limit {
			return out, "", nil
		}
	}
}

// listedRow is a row as this actor may see it; ok is false when it is not in the list for them.
func (d *Desk) listedRow(tx *store.Tx, a access.Actor, of reading, x row, may asked) (Row, bool, error) {
	r, known := d.byNumber(x.room)
	if !known || x.org != a.Org {
		return Row{}, false, nil
	}
	s, _, err := d.open(x)
	damaged := fail.Is(err, fail.Tampered)
	if damaged { // its history says who may know of it; opening it says what is wrong
		d.Log.Error("a record in a list is damaged", "record", x.record.String(), "room", r.Name)
		var is proven
		is, err = d.proved(tx, x.org, x.record)
		s = is.State
	}
	switch {
	case fail.Is(err, fail.Gone), fail.Is(err, fail.Tampered), fail.Is(err, fail.Missing):
		return Row{}, false, nil // nobody knows who is kept from it: verify names it, and no list
	case err != nil:
		return Row{}, false, err
	case s.Org != a.Org:
		return Row{}, false, nil
	}
	why, ok, err := of.claims(tx, r, &s, x.sort)
	res := inPlace(r.resource(&s, tx.Now()), of.stands, a)
	if err != nil || !ok || !d.mayView(a, r, why.act, res, may, of.plain) {
		return Row{}, false, err
	}
	if why.act == "" { // who asked for another knows which duties somebody is shown
		s.Due = d.dueTo(tx, a, r, &s, may.ask(actWork, r, res, func() bool {
			return d.Policy.Decide(a, r.action(actWork), res, access.Context{}).Effect == access.Allow
		}))
	}
	if of.today && !isDue(&s, of.until) { // that it stands there would tell what is not shown
		return Row{}, false, nil
	}
	if damaged {
		return Row{Room: r, Reference: s.Reference, Label: "Damaged: tell your administrator", State: &State{}}, true, nil
	}
	out := d.rowOf(tx, r, s.seenBy(a.Person), access.IsOwn(why.act))
	out.record, out.at, out.why, out.For, out.Left = x.record, x.sort, why, why.cov, why.left
	if why.due.Deadline != "" {
		out.Due = why.due
	}
	return out, true, nil
}

// next are the rows after a place, of all tags in one order.
func (of reading) next(tx *store.Tx, after directory.Place, limit int) (all []row, err error) {
	for _, tag := range of.tags {
		text, args := of.query(tag, after, limit)
		rows, err := store.All(tx, (*row).listFields, text, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	if len(of.tags) == 1 {
		return all, nil
	}
	slices.SortFunc(all, func(x, y row) int {
		c := cmp.Or(cmp.Compare(x.sort, y.sort), bytes.Compare(x.record.Bytes(), y.record.Bytes()))
		if of.newest {
			return -c
		}
		return c
	})
	all = slices.CompactFunc(all, func(x, y row) bool { return x.sort == y.sort && x.record == y.record })
	return all[:min(len(all), limit)], nil
}

// query is the question of one page: a stretch of the index of tags.
func (of reading) query(tag Tag, at directory.Place, limit int) (string, []any) {
	args := []any{tag[:]}
	next := func(v any) string { args = append(args, v); return "$" + strconv.Itoa(len(args)) }
	text := `select ` + rowColumns + `, l.sort from room_list_v1 l join room_record_v1 r on r.record = l.record
		join record_key k on k.record = r.record join head h on h.record = r.record where l.tag = $1`
	if of.until > 0 {
		text += ` and l.sort <= ` + next(of.until)
	}
	if of.since > 0 {
		text += ` and l.sort >= ` + next(of.since)
	}
	if !at.Record.IsZero() {
		sign := ">"
		if of.newest {
			sign = "<"
		}
		text += ` and (l.sort, l.record) ` + sign + ` (` + next(at.Sort) + `, ` + next(at.Record) + `)`
	}
	if of.newest {
		return text + ` order by l.tag desc, l.sort desc, l.record desc limit ` + next(limit), args
	}
	return text + ` order by l.tag, l.sort, l.record limit ` + next(limit), args
}

// question is all of a list row that access looks at: most rows of a team differ in nothing.
type question struct {
	act           string
	room          ledger.Room
	team          id.Team
	compartment   string
	raiser, owner id.Person
	stage         string
	closed, named bool
}

func (d *Desk) mayView(a access.Actor, r *Room, act access.Action, res access.Resource, known asked, plain bool) bool {
	if act == "" {
		act = r.action(actView)
	}
	// A closed row that would need a reason to open is listed: a reference says nothing.
	return known.ask(string(act), r, res, func() bool {
		effect := d.Policy.Decide(a, act, res, access.Context{}).Effect
		return effect == access.Allow || !plain && effect != access.Deny
	})
}

// asked is what access said already of rows of a list.
type asked map[question]bool

func (known asked) ask(act string, r *Room, res access.Resource, decide func() bool) bool {
	named := len(res.Subjects)+len(res.Conflicts)+len(res.PassedBy)+len(res.Named) > 0
	q := question{act, r.Number, res.Team, res.Compartment, res.Raiser, res.Owner, res.Stage, res.Closed, named}
	may, ok := known[q]
	if !ok || named {
		may = decide()
		known[q] = may
	}
	return may
}

// rowOf is the row of a record, as somebody is shown it: see seenBy. Whoever only follows it
// is shown nothing of the work on it, nor a version that would count it.
func (d *Desk) rowOf(tx *store.Tx, r *Room, s State, follows bool) Row {
	out := Row{Room: r, Reference: s.Reference, Title: s.Title, Label: string(r.progress(&s)), By: s.By, At: s.At,
		HearsBy: s.HearsBy, State: &s}
	def, err := d.called(tx, r, &s)
	if err == nil {
		out.ToldAt = toldAt(def, &s)
	}
	if follows {
		return out
	}
	out.Stage, out.Label, out.Owner, out.Version, out.EndedAt = s.Stage, string(s.Stage), s.Owner, s.Version, s.EndedAt
	out.Due, _ = s.NextDue()
	out.Waits = s.Waits() && !s.Ended()
	if err == nil {
		out.Label = def.Label(s.Stage)
	}
	return out
}

// Listed writes that rows of a room were shown, and which references they named.
func (d *Desk) Listed(ctx context.Context, a access.Actor, r *Room, rule, list string, refs []id.Reference) error {
	return d.Store.DoReading(ctx, func(tx *store.Tx) error {
		return d.note(tx, a, rule, r.Name+kindListed, listedRefs{list, refs})
	})
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

// TestOnlyQuery is the text of a list's page after a place, for tests of its plan.
func (d *Desk) TestOnlyQuery(tx *store.Tx, a access.Actor, r *Room, l process.List, after directory.Place) (string,
	[]any, error) {
	_, of, err := d.readingOf(tx, r, Asking{Query: Query{List: l.ID}, Of: a})
	if err != nil {
		return "", nil, err
	}
	of.until = 0
	text, args := of.query(of.tags[0], after, 51)
	return text, args, nil
}

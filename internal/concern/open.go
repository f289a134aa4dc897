package concern

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/vault"
)

// Open gives a concern to somebody who works on it. The reading is in the ledger
// before this returns: no entry, no concern (promise I1).
//
// Who may break the glass gets *ReasonFirst, a fail.Hidden, for every reference
// that is not plainly theirs, existing or not.
func (d *Desk) Open(ctx context.Context, a access.Actor, ref id.Reference) (*Concern, error) {
	c, err := d.read(ctx, a, ref, access.ViewConcern, kindViewed, nil)
	if fail.Is(err, fail.Hidden) && d.Policy.BreaksGlass(a) {
		return d.openWithGlass(ctx, a, ref, err)
	}
	if fail.FieldsOf(err).For("reason") != "" && a.Role != access.Lead { // a lead's own closed case: they see it listed
		return nil, &ReasonFirst{fail.New(fail.Hidden, "Page not found")}
	}
	return c, err
}

// Own gives the raiser what they sent and where it stands. The caller shows
// nothing else of it: see OwnView.
func (d *Desk) Own(ctx context.Context, a access.Actor, ref id.Reference) (OwnView, error) {
	c, err := d.read(ctx, a, ref, access.ViewOwnConcern, kindOwn, nil)
	if err != nil {
		return OwnView{}, err
	}
	return c.Own(d.Clock.Now())
}

// Receipt gives the raiser what proves later that the concern was here, and says
// nothing of it. To fetch it is a reading like any other.
func (d *Desk) Receipt(ctx context.Context, a access.Actor, ref id.Reference) ([]byte, error) {
	c, err := d.read(ctx, a, ref, access.ViewOwnConcern, kindOwn, nil)
	if err != nil {
		return nil, err
	}
	return d.Ledger.ReceiptFile(ctx, ledger.Entry{Record: c.Record, Version: 1})
}

// Reader is somebody who opened a concern.
type Reader struct {
	At   time.Time
	By   id.Person
	Role string
	What string
	Rule string
	Why  string // the reason that was given, where one was asked
}

// Readers are all who opened the concern, newest first. Looking at them is itself written.
func (d *Desk) Readers(ctx context.Context, a access.Actor, ref id.Reference) (*Concern, []Reader, error) {
	var out []Reader
	c, err := d.read(ctx, a, ref, access.ViewReaders, kindReaders, func(tx *store.Tx, key *vault.Key) error {
		entries, err := d.Ledger.Readings(tx, key)
		if err != nil {
			return err
		}
		out = make([]Reader, 0, len(entries))
		for _, e := range entries {
			r := Reader{At: e.At, By: e.Author.Person, Role: e.Author.Role, What: whatWasRead(e.Kind), Rule: e.Author.Rule}
			if e.Kind == kindReason {
				var said reasonSaid
				if err := json.Unmarshal(e.Data, &said); err != nil {
					return fmt.Errorf("read %s: %w", e.Kind, err)
				}
				r.Why = said.Reason
			}
			out = append(out, r)
		}
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
		return nil
	})
	return c, out, err
}

func whatWasRead(kind string) string {
	switch kind {
	case kindViewed:
		return "Opened the concern"
	case kindOwn:
		return "Looked at progress"
	case kindReaders:
		return "Looked at who has opened it"
	case kindReason:
		return "Gave a reason to open it"
	}
	return "Opened"
}

// read records the reading, and what is more in the same unit, and gives the concern.
func (d *Desk) read(ctx context.Context, a access.Actor, ref id.Reference, act access.Action, kind string, more func(*store.Tx, *vault.Key) error) (*Concern, error) {
	var out *Concern
	var refusal error
	err := d.Store.DoReading(ctx, func(tx *store.Tx) error {
		out, refusal = nil, nil
		c, key, decision, err := d.find(tx, a, ref, func(*Concern) access.Action { return act })
		if err != nil {
			return err
		}
		if refusal = decision.Err(c.resource(tx.Now())); refusal != nil {
			return d.refuse(tx, a, ref, decision.Rule)
		}
		by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: decision.Rule}
		if err := d.Ledger.Reading(tx, key, by, ledger.Event{Kind: kind, Data: struct{}{}}); err != nil {
			return err
		}
		out = c
		if more != nil {
			return more(tx, key)
		}
		return nil
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// OwnView is all that the raiser sees of a concern.
type OwnView struct {
	Reference id.Reference
	Version   int64
	RaisedAt  time.Time
	TellBy    time.Time
	ToldAt    time.Time
	Overdue   bool // no word yet, and the promised day is over
	Progress  Progress
	Report    Report
	Team      id.Team
	News      []News
}

// News is one dated sentence written for the raiser.
type News struct {
	At    time.Time
	By    id.Person
	Title string
	Words string
	Mine  bool // the raiser's own addition
}

// Own keeps what is written for the raiser and the raiser's own words; nothing
// of decisions, advice, sharing or what others told us.
func (c *Concern) Own(now time.Time) (OwnView, error) {
	v := OwnView{
		Reference: c.Reference, Version: c.Version, RaisedAt: c.RaisedAt, TellBy: c.TellBy, ToldAt: c.ToldAt,
		Overdue: c.ToldAt.IsZero() && !c.Closed() && now.After(c.TellBy), Progress: c.Progress(), Report: c.Report, Team: c.Team,
	}
	for _, t := range c.Taken {
		n, ok, err := c.news(t)
		if err != nil {
			return OwnView{}, err
		}
		if ok {
			v.News = append(v.News, n)
		}
	}
	return v, nil
}

func (c *Concern) news(t Taken) (News, bool, error) {
	n := News{At: t.At, By: t.By}
	switch t.Step {
	case process.Acknowledge:
		s, err := Read[Acknowledge](t)
		n.Title, n.Words = "Your concern was taken up", s.Words
		return n, true, err
	case process.Refer:
		n.Title = "Your concern was passed on"
		return n, true, nil
	case process.GiveFeedback:
		s, err := Read[GiveFeedback](t)
		n.Title, n.Words = "An answer for you", s.Words
		if s.Result == process.CannotBeTold {
			n.Title, n.Words = "What we can tell you", s.Line
		}
		return n, true, err
	case process.Close:
		n.Title = "Your concern was closed"
		return n, true, nil
	case process.AddNote:
		s, err := Read[AddNote](t)
		n.Title, n.Words, n.Mine = "You added something", s.Words, true
		return n, t.By == c.Raiser && t.Role != string(access.Lead), err
	}
	return News{}, false, nil
}

// MayTake are the steps that this actor may take now, in the process's order.
func (d *Desk) MayTake(a access.Actor, c *Concern) []process.StepInfo {
	var out []process.StepInfo
	for _, s := range d.Definition(c.Org).StepsFor(process.Role(a.Role), c.Status) {
		if d.Policy.Decide(a, actionOf(s.ID, a, c), c.resource(d.Clock.Now()), access.Context{}).Effect == access.Allow {
			out = append(out, s)
		}
	}
	return out
}

// List names a list page.
type List string

// The lists. All but the first are tabs of the lead's inbox.
const (
	ListAll     List = "all"     // newest first
	ListNew     List = "new"     // waiting to be taken up
	ListDue     List = "due"     // open, what is due first on top
	ListWaiting List = "waiting" // for somebody outside
	ListToday   List = "today"   // due today or overdue
	ListClosed  List = "closed"
	ListOwn     List = "own" // the actor's own, newest first
)

// Query asks for one page of a list.
type Query struct {
	List   List
	Limit  int          // 1 to MaxPage
	After  id.Reference // the last reference of the page before
	Offset int          // or a number of rows to pass over, for numbered pages
}

// MaxPage is the longest page.
const MaxPage = 100

// Page is one page of a list.
type Page struct {
	Rows  []Row
	Total int  // how many there are in all; -1 when not counted
	More  bool // there is a page after this one
}

// ListPage gives one page. That it was shown, and which references it named, is
// in the ledger before this returns.
func (d *Desk) ListPage(ctx context.Context, a access.Actor, q Query) (Page, error) {
	if q.Limit < 1 || q.Limit > MaxPage {
		return Page{}, fail.Fields{{Name: "limit", Words: fmt.Sprintf("Limit must be between 1 and %d", MaxPage)}}.Err()
	}
	act := access.ListInbox
	if q.List == ListOwn {
		act = access.ListOwn
	}
	decision := d.Policy.Decide(a, act, access.Function(a.Org), access.Context{})
	if err := decision.Err(access.Function(a.Org)); err != nil {
		return Page{}, err
	}
	var page Page
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) { page, err = d.page(tx, a, q); return err })
	if err != nil {
		return Page{}, err
	}
	return page, d.listed(ctx, a, decision.Rule, q.List, page.Rows)
}

// page reads one row more than asked, to know whether there is a next page, and
// drops rows that access refuses (the subject of a case, a declared conflict). A
// closed row that would need a reason to open is listed: a reference says nothing.
//
// The table only says where to look: whose a row is and where it stands comes from
// the record's own history, so that a row changed by SQL shows nobody more (promise I7).
func (d *Desk) page(tx *store.Tx, a access.Actor, q Query) (Page, error) {
	rows, err := selectRows(tx, a, q, q.Limit+1)
	if err != nil {
		return Page{}, err
	}
	p := Page{Total: -1, More: len(rows) > q.Limit}
	if p.More {
		rows = rows[:q.Limit]
	}
	act := access.ViewConcern
	if q.List == ListOwn {
		act = access.ViewOwnConcern
	}
	may := &asked{d.Policy, a, act, map[question]bool{}}
	for _, r := range rows {
		r, err := d.proved(tx, r)
		if fail.Is(err, fail.Gone) || fail.Is(err, fail.Missing) {
			continue
		}
		if err != nil {
			return Page{}, err
		}
		theirs := r.Org == a.Org && r.Team == a.Team
		if q.List == ListOwn {
			theirs = r.Raiser == a.Person
		}
		if theirs && may.see(r.resource(tx.Now())) {
			p.Rows = append(p.Rows, r)
		}
	}
	return p, nil
}

// asked asks access once for each different question of a page: access is pure,
// and most rows of a team differ in nothing that it looks at.
type asked struct {
	policy *access.Policy
	actor  access.Actor
	action access.Action
	known  map[question]bool
}

// question is all of a list row's resource.
type question struct {
	org           id.Org
	team          id.Team
	compartment   string
	raiser, owner id.Person
	closed        bool
}

func (m *asked) see(r access.Resource) bool {
	q := question{r.Org, r.Team, r.Compartment, r.Raiser, r.Owner, r.Closed}
	may, ok := m.known[q]
	if !ok {
		may = m.policy.Decide(m.actor, m.action, r, access.Context{}).Effect != access.Deny
		m.known[q] = may
	}
	return may
}

// Count says how many a list holds, for "14 cases".
func (d *Desk) Count(ctx context.Context, a access.Actor, list List) (n int, err error) {
	act := access.ListInbox
	if list == ListOwn {
		act = access.ListOwn
	}
	if err := d.Policy.Decide(a, act, access.Function(a.Org), access.Context{}).Err(access.Function(a.Org)); err != nil {
		return 0, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error { n, err = countRows(tx, a, list); return err })
	return n, err
}

func (r Row) resource(now time.Time) access.Resource {
	c := Concern{Org: r.Org, Compartment: Patient, Team: r.Team, Raiser: r.Raiser, Owner: r.Owner, ClosedAt: r.ClosedAt}
	return c.resource(now)
}

func (d *Desk) listed(ctx context.Context, a access.Actor, rule string, list List, rows []Row) error {
	refs := make([]id.Reference, len(rows))
	for i, r := range rows {
		refs[i] = r.Reference
	}
	return d.Store.DoReading(ctx, func(tx *store.Tx) error {
		key, err := d.Directory.Daybook(tx, a.Org)
		if err != nil {
			return err
		}
		by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: rule}
		return d.Ledger.Reading(tx, key, by, ledger.Event{Kind: kindListed, Data: listed{string(list), refs}})
	})
}

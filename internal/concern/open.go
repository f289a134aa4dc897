package concern

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// Open gives a concern to somebody who works on it. The reading is in the ledger
// before this returns: no entry, no concern (promise I1).
//
// Who may break the glass gets *ReasonFirst, a fail.Hidden, for every reference
// that is not plainly theirs, existing or not; and everybody does who has opened
// many cases within the hour (promise S5).
func (d *Desk) Open(ctx context.Context, a access.Actor, ref id.Reference) (*Concern, error) {
	if d.openings.spent(a.Person, ref, d.openingsAnHour(), d.Clock.Now()) {
		return d.openWithGlass(ctx, a, ref, fail.New(fail.Refused, "You have opened %d cases within an hour. Open this one on its page, "+
			"where you say why you need to, or wait", d.openingsAnHour()))
	}
	s, err := d.read(ctx, a, ref, access.ViewConcern, kindViewed)
	if err == nil {
		d.openings.note(a.Person, ref, d.Clock.Now())
	}
	if fail.Is(err, fail.Hidden) && d.Policy.BreaksGlass(a) {
		return d.openWithGlass(ctx, a, ref, err)
	}
	if fail.FieldsOf(err).For("reason") != "" && a.Role != access.Lead { // a lead's own closed case: they see it listed
		return nil, &ReasonFirst{fail.New(fail.Hidden, "Page not found")}
	}
	return s.Case, err
}

// Own gives the raiser what they sent and where it stands.
func (d *Desk) Own(ctx context.Context, a access.Actor, ref id.Reference) (OwnView, error) {
	s, err := d.read(ctx, a, ref, access.ViewOwnConcern, kindOwn)
	if err != nil {
		return OwnView{}, err
	}
	return *s.Own, nil
}

// Since gives what somebody else did since a version, to who may open the concern:
// it is an opening, with its entry.
func (d *Desk) Since(ctx context.Context, a access.Actor, ref id.Reference, version int64) (now int64, since []room.Taken, err error) {
	c, err := d.Open(ctx, a, ref)
	if err != nil {
		return 0, nil, err
	}
	return c.Version, c.Since(version), nil
}

// Receipt gives the raiser what proves later that the concern was here, and says
// nothing of it. To fetch it is a reading like any other.
func (d *Desk) Receipt(ctx context.Context, a access.Actor, ref id.Reference) ([]byte, error) {
	f, err := d.reading(ctx, a, ref, access.ViewOwnConcern, kindOwn)
	if err != nil {
		return nil, err
	}
	return d.Ledger.ReceiptFile(ctx, ledger.Entry{Record: f.c.Record, Version: 1})
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

// Readers are all who opened the concern, newest first, and nothing else of it.
// Looking at them is itself written.
func (d *Desk) Readers(ctx context.Context, a access.Actor, ref id.Reference) (out []Reader, err error) {
	f, err := d.reading(ctx, a, ref, access.ViewReaders, kindReaders)
	if err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		key, err := d.Vault.Key(tx, f.c.Org, f.c.Record)
		if err != nil {
			return err
		}
		entries, err := d.Ledger.Readings(tx, key)
		secret := f.c.withoutWhatIsAbout(a.Person) != f.c // that somebody looked at bars would tell of one
		for _, e := range slices.Backward(entries) {
			if secret && e.Kind == kindBars {
				continue
			}
			var said viewed
			if err := json.Unmarshal(e.Data, &said); err != nil {
				return fmt.Errorf("read %s: %w", e.Kind, err)
			}
			out = append(out, Reader{At: e.At, By: e.Author.Person, Role: e.Author.Role, What: whatWasRead(e.Kind), Rule: e.Author.Rule, Why: said.Reason})
		}
		return err
	})
	return out, err
}

func whatWasRead(kind string) string {
	switch kind {
	case kindViewed:
		return "Opened the concern"
	case kindOwn:
		return "Looked at progress"
	case kindReaders:
		return "Looked at who has opened it"
	case kindDocument:
		return "Opened a document"
	case kindBars:
		return "Looked at who is to be kept from it"
	}
	return "Opened"
}

// read records the reading, then gives what this actor is shown.
func (d *Desk) read(ctx context.Context, a access.Actor, ref id.Reference, act access.Action, kind string) (Shown, error) {
	f, err := d.reading(ctx, a, ref, act, kind)
	if err != nil {
		return Shown{}, err
	}
	return f.c.shown(d.meant(a.Org), a.Person, act, d.Clock.Now()), nil
}

// reading finds a record outside the writer, and writes down that it was asked for:
// by whom and by which rule, or that it was refused.
func (d *Desk) reading(ctx context.Context, a access.Actor, ref id.Reference, act access.Action, kind string) (found, error) {
	f, err := d.look(ctx, a, ref, func(id.Person) access.Action { return act })
	if err != nil {
		return found{}, err
	}
	refusal := f.refusal()
	err = d.Store.DoReading(ctx, func(tx *store.Tx) error {
		if refusal != nil {
			return d.refuse(tx, a, ref)
		}
		key, err := d.Vault.Key(tx, f.c.Org, f.c.Record) // erased meanwhile: gone
		if err != nil {
			return err
		}
		return d.Ledger.Reading(tx, ledger.Concern, key, f.author(a), ledger.Event{Kind: kind, Data: viewed{f.reason}})
	})
	if err == nil {
		err = refusal
	}
	return f, err
}

// MayTake are the steps that this actor may take now, in the process's order.
func (d *Desk) MayTake(ctx context.Context, a access.Actor, c *Concern) (out []process.StepInfo, err error) {
	r := resource(&c.State, d.Clock.Now())
	if err := d.Store.View(ctx, func(tx *store.Tx) error { return d.alone(tx, a, &r, c.Bars) }); err != nil {
		return nil, err
	}
	role := process.Role(a.Role)
	if r.NoLead && a.Role == access.CaldicottGuardian {
		role = process.SafeguardingLead
	}
	for _, s := range d.Definition(c.Org).StepsFor(role, c.Status()) {
		if c.nothingFor(s.ID, a.Person) {
			continue
		}
		if d.Policy.Decide(a, actionOf(s.ID, a, c.By), r, access.Context{}).Effect == access.Allow {
			out = append(out, s)
		}
	}
	return out, nil
}

// nothingFor says that a step about bars has nothing here to be about: c is the concern
// as this person was shown it.
func (c *Concern) nothingFor(s process.Step, p id.Person) bool {
	switch s {
	case process.LiftBar:
		return !c.Bars.Some(func(b room.Bar) bool { return b.State == room.BarStands && b.Lift == 0 })
	case process.ConfirmBar:
		return !c.Bars.Some(func(b room.Bar) bool { _, asked, waits := b.Waits(); return waits && asked != p && b.Who != p })
	}
	return false
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
	ListOwn     List = "own"   // the actor's own, newest first
	ListMine    List = "owned" // what the actor has been given, what is due first on top
	listGlass   List = "glass" // reasons given: for those who are told of them
	listLate    List = "late"  // what has been overdue for a day, of the list due: likewise
)

// Query asks for one page of a list.
type Query struct {
	List   List
	Limit  int    // 1 to MaxPage
	After  string // the Next of the page before
	Offset int    // or a number of rows to pass over, for numbered pages
}

// MaxPage is the longest page.
const MaxPage = 100

// Page is one page of a list.
type Page struct {
	Rows []Row
	More bool   // there is a page after this one
	Next string // to be sent as After; empty on the last page
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
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		see := access.ViewConcern
		if q.List == ListOwn {
			see = access.ViewOwnConcern
		}
		rows, next, err := d.rooms.Rows(tx, a, d.room, room.Asking{Of: a, Act: see,
			Query: room.Query{List: string(q.List), Limit: q.Limit, After: q.After, Pass: q.Offset}})
		page = Page{Rows: rowsOf(rows, q.List), More: next != "", Next: next}
		return err
	})
	if err != nil {
		return Page{}, err
	}
	refs := make([]id.Reference, len(page.Rows))
	for i, r := range page.Rows {
		refs[i] = r.Reference
	}
	return page, d.listed(ctx, a, decision.Rule, q.List, refs)
}

func (d *Desk) listed(ctx context.Context, a access.Actor, rule string, list List, refs []id.Reference) error {
	return d.Store.DoReading(ctx, func(tx *store.Tx) error {
		key, err := d.Directory.Daybook(tx, a.Org)
		if err != nil {
			return err
		}
		by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: rule}
		return d.Ledger.Reading(tx, ledger.Daybook, key, by, ledger.Event{Kind: kindListed, Data: listed{string(list), refs}})
	})
}

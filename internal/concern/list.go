package concern

import (
	"context"
	"time"

	"heed/internal/access"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

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
	Limit  int    // 1 to room.MaxPage
	After  string // the Next of the page before
	Offset int    // or a number of rows to pass over, for numbered pages
}

// Page is one page of a list.
type Page struct {
	Rows []Row
	More bool   // there is a page after this one
	Next string // to be sent as After; empty on the last page
}

// ListPage gives one page. That it was shown, and which references it named, is
// in the ledger before this returns.
func (d *Desk) ListPage(ctx context.Context, a access.Actor, q Query) (Page, error) {
	p, err := d.rooms.List(ctx, a, d.Room, room.Query{List: string(q.List), Limit: q.Limit, After: q.After,
		Pass: q.Offset})
	return Page{Rows: rowsOf(p.Rows, q.List), More: p.Next != "", Next: p.Next}, err
}

// Row is a concern in a list: no word of what was written, no name of the person.
type Row struct {
	Reference id.Reference
	Owner     id.Person
	Version   int64
	State     process.State
	Label     string // of one that does not open, which has no state: that it is damaged
	Progress  Progress
	Waiting   bool // for somebody outside
	Open      bool // somebody has something to do: not closed, or added to since
	RaisedAt  time.Time
	TellBy    time.Time
	Due       time.Time // zero: nothing is due
	ToldAt    time.Time // zero: not told yet
	ClosedAt  time.Time
}

// rowsOf are rows as they are shown: the one who raised a concern is not shown the work
// on it, nor a version that would count it.
func rowsOf(all []room.Row, list List) []Row {
	out := make([]Row, len(all))
	for i, r := range all {
		s := r.State
		if s.Record.IsZero() {
			out[i] = Row{Reference: r.Reference, Label: r.Label}
			continue
		}
		out[i] = Row{Reference: r.Reference, Progress: progress(s), RaisedAt: s.At, TellBy: s.HearsBy, ToldAt: toldAt(s)}
		if list == ListOwn {
			continue
		}
		next, _ := s.NextDue()
		out[i].Owner, out[i].Version, out[i].State = s.Owner, s.Version, s.Stage
		out[i].Due, out[i].ClosedAt = next.At, s.EndedAt
		out[i].Open, out[i].Waiting = s.Open(), s.Waits() && !s.Ended()
	}
	return out
}

// Inbox are the lists of the lead's inbox, each a tab.
func (d *Desk) Inbox() (out []process.List) {
	for _, l := range d.Room.Latest().Lists {
		if l.Of == "team" && l.ID != string(ListAll) {
			out = append(out, l)
		}
	}
	return out
}

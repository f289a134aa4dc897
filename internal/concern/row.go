package concern

import (
	"embed"
	"time"

	"heed/internal/access"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
)

// Migrations are the tables that are not made by replay.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// kept is the room as the rooms' desk keeps it: its rows, lists and duties.
func (d *Desk) kept() *room.Room {
	return &room.Room{
		Name: roomName, Number: ledger.Concern, Kind: access.KindConcern, One: "concern", Many: "concerns",
		Compartment: string(Patient), Definitions: []*process.Definition{process.Patient()}, Rows: 2, Overdue: d.overdue,
		Opens: access.ViewConcern, Follows: access.ViewOwnConcern, Late: []access.Role{access.CaldicottGuardian},
	}
}

// resource is a concern as access sees it.
func resource(s *room.State, now time.Time) access.Resource {
	return s.Resource(access.KindConcern, now)
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
	for _, l := range d.room.Latest().Lists {
		if l.Of == "team" && l.ID != string(ListAll) {
			out = append(out, l)
		}
	}
	return out
}

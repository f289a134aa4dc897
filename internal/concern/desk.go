package concern

import (
	"context"
	"embed"
	"maps"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
)

// Migrations are the tables that are not made by replay.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Desk is the only way to a concern for other rooms. It stands on the desk of all
// rooms, and adds what is a concern's own.
type Desk struct {
	room.Parts
	Room  *room.Room
	rooms *room.Desk

	routes  routes
	reasons room.Pace // reasons given
}

// The limits that slow the one who floods, and nobody else (promise S5).
const (
	openingsAnHour = 20 // concerns, before a reason is asked for each
	reasonsAnHour  = 20 // reasons given
	additionsADay  = 20 // by the one who raised a concern, to one concern
)

// New makes a desk that stands on that of the rooms.
func New(rooms *room.Desk) (*Desk, error) {
	d := &Desk{Parts: rooms.Parts, rooms: rooms}
	d.Room = d.made()
	rooms.Tells(d.toldNotices)
	return d, rooms.Keep(d.Room)
}

// Name is the room's, in addresses, kinds of event and the ledger.
const Name = "concern"

// Room is the room without a desk, for the documents that are made from it.
func Room() *room.Room { return new(Desk).made() }

// made is the room: what it is made of, and what data cannot say.
func (d *Desk) made() *room.Room {
	return &room.Room{
		Name: Name, Apart: true, Number: ledger.Concern, Kind: access.KindConcern, One: "concern", Many: "concerns",
		Compartment: string(Patient), Definitions: []*process.Definition{process.Patient()}, Rows: 12,
		Opens: access.ViewConcern, Follows: access.ViewOwnConcern, Late: []access.Role{access.CaldicottGuardian},
		Tells:  access.BeTold,
		Passes: process.Refer,
		Safe:   process.Safe, Openings: openingsAnHour, Acts: acts, Others: d.alone, Reason: d.reasonGiven, Owner: d.ownerFor,
		Rule: rule, Finds: d.finds, After: d.tellOfBar,
	}
}

// Events are the kinds of entry with what each says, for docs/events.md.
func Events() map[string]string {
	all := Room().Events()
	maps.Copy(all, map[string]string{
		Name + room.ReadBars: "Somebody looked at who is to be kept from the concern, and at nothing else of it",

		kindReason: "Somebody said why they need to open a concern that is not plainly theirs; the Caldicott " +
			"Guardian is told",
		kindGlassBook: "The month's book of reasons and their reviews was begun",
		kindReviewed:  "A second person reviewed the reason that somebody gave",
		kindBarTold: "Somebody is to be kept from a concern, or let back in; the Caldicott Guardian or the " +
			"executive lead is told",
	})
	return all
}

// acts are the actions that access is asked for. A step is asked for by the action of
// its name; one that an overlay added as a local step. The raiser's own note is asked
// for as such; a lead's as a lead's, and as the raiser's where they are kept from it.
func acts(what string, a access.Actor, s *room.State) []access.Action {
	if list, ok := strings.CutPrefix(what, "list_"); ok {
		return either(list == ListOwn, access.ListOwn, either(list == process.ListSent, access.ListSent,
			access.ListInbox)[0])
	}
	if list, ok := strings.CutPrefix(what, "see_"); ok {
		return either(list == ListOwn, access.ViewOwnConcern, either(list == process.ListSent, access.ViewReaders,
			access.ViewConcern)[0])
	}
	act := access.Action(what)
	switch {
	case what == "view" || what == "view_work":
		return []access.Action{access.ViewConcern}
	case what == "follow":
		return []access.Action{access.ViewOwnConcern}
	case what == "view_readers":
		return []access.Action{access.ViewReaders}
	case what == "break_glass": // for whoever gave a reason
		return []access.Action{access.BreakGlass}
	case what == "erase":
		return []access.Action{access.Erase}
	case what == string(process.Raise):
		return []access.Action{access.RaiseConcern}
	case act == access.AddNote && a.Person == s.By && a.Role == access.Lead:
		return []access.Action{access.AddNote, access.AddToOwn}
	case act == access.AddNote && a.Person == s.By:
		return []access.Action{access.AddToOwn}
	case slices.Contains(access.RecordActions(), act):
		return []access.Action{act}
	}
	return []access.Action{access.LocalStep}
}

func either(is bool, one, other access.Action) []access.Action {
	if is {
		return []access.Action{one}
	}
	return []access.Action{other}
}

// Definition is the process that an organisation follows now.
func (d *Desk) Definition(org id.Org) *process.Definition { return d.rooms.Follows(d.Room, org) }

// Raise keeps a new concern. The same key again gives the same receipt.
func (d *Desk) Raise(ctx context.Context, a access.Actor, b room.Beginning) (room.Receipt, error) {
	return d.rooms.Begin(ctx, a, d.Room, b)
}

// Take takes a step.
func (d *Desk) Take(ctx context.Context, a access.Actor, ref id.Reference, t room.Taking) (room.Receipt, error) {
	return d.rooms.Take(ctx, a, d.Room, ref, t)
}

// Allowed asks access about a step without taking it.
func (d *Desk) Allowed(ctx context.Context, a access.Actor, ref id.Reference, step process.Step) error {
	return d.rooms.Allowed(ctx, a, d.Room, ref, step)
}

// AddToOwn adds to a concern as the one who raised it, in whatever role they are.
func (d *Desk) AddToOwn(ctx context.Context, a access.Actor, ref id.Reference, in field.Answers,
	key string) (room.Receipt, error) {
	return d.Take(ctx, a, ref, room.Taking{Step: process.AddNote, Answers: in, Key: key, Own: true})
}

// Open gives a concern to somebody who works on it.
func (d *Desk) Open(ctx context.Context, a access.Actor, ref id.Reference) (*Concern, error) {
	v, err := d.rooms.Open(ctx, a, d.Room, ref)
	return &Concern{v}, err
}

// Own gives the raiser what they sent and where it stands.
func (d *Desk) Own(ctx context.Context, a access.Actor, ref id.Reference) (room.Following, error) {
	return d.rooms.Follow(ctx, a, d.Room, ref)
}

// Readers are all who opened the concern, newest first, and nothing else of it.
func (d *Desk) Readers(ctx context.Context, a access.Actor, ref id.Reference) ([]room.Reader, error) {
	v, err := d.rooms.Readers(ctx, a, d.Room, ref)
	return v.Readers, err
}

// Document gives a document of a concern to somebody who opens the concern.
func (d *Desk) Document(ctx context.Context, a access.Actor, ref id.Reference,
	q room.DocumentAsked) (room.Given, error) {
	return d.rooms.Document(ctx, a, d.Room, ref, q)
}

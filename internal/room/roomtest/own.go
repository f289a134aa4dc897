package roomtest

import (
	"errors"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/room"
	"heed/internal/store"
)

// ownGo gives the room everything that a room may say in Go, and holds that each is heeded.
func ownGo(s *suite) {
	porter := s.w.As("porter")
	r := *s.room
	r.Policies = `
@id("` + r.Name + `-own-office")
@says("Everybody begins and lists.")
permit (principal, action in [` + s.function(string(r.First().ID)) + `], resource is Office);
@id("` + r.Name + `-own-open")
@says("Everybody opens a record and takes every step, but where nobody else could decide.")
permit (principal, action in [` + s.actions("view_work") + `], resource is ` + r.Kind + `)
when { !resource.no_lead };
@id("` + r.Name + `-own-reason")
@says("Everybody sees all of the work on a reason.")
permit (principal, action in [` + s.function("view_work") + `], resource is ` + r.Kind + `)
when { context.reason_given };`
	reasons, told := map[id.Reference]string{}, 0
	r.Openings = 2
	r.Acts = func(what string, _ access.Actor, s *room.State) []access.Action {
		if what == "break_glass" {
			what = "view_work"
		}
		if s.Record.IsZero() {
			return []access.Action{access.Action(r.Name + "." + what)}
		}
		return []access.Action{access.Action(r.Name + ".nobody_may"), access.Action(r.Name + "." + what)}
	}
	r.Reason = func(_ *store.Tx, _ access.Actor, ref id.Reference) (string, error) { return reasons[ref], nil }
	r.Owner = func(*store.Tx, access.Actor) (id.Person, error) { return porter.Person, nil }
	r.Others = func(_ *store.Tx, a access.Actor, res *access.Resource, _ room.Bars) error {
		res.NoLead = a.Person == porter.Person
		return nil
	}
	r.Finds = func(*store.Tx, room.Finding, *room.Event) error { return fail.New(fail.Conflict, wordsFound) }
	r.After = func(*store.Tx, ledger.Author, room.Event, *room.State) error { told++; return nil }
	s.ownGoOf(s.program(&r), &r, reasons, &told)
}

func (s *suite) ownGoOf(d *room.Desk, r *room.Room, reasons map[id.Reference]string, told *int) {
	keeper, second, porter := s.as(string(r.First().Roles[0]), 0), s.w.As("second"), s.w.As("porter")
	var refs []id.Reference
	for range 3 {
		got, err := d.Begin(s.ctx, keeper, r, room.Beginning{Answers: s.x.Answers(r.First().Fields)})
		s.must(err)
		refs = append(refs, got.Reference)
	}
	if *told != 3 {
		s.t.Errorf("three were begun, and %d were told of", *told)
	}
	var first *room.ReasonFirst
	for i, ref := range refs {
		v, err := d.Open(s.ctx, second, r, ref)
		if errors.As(err, &first) != (i == 2) || i < 2 && v.Owner != porter.Person {
			s.t.Errorf("opening %d of an hour, which %s has: %v", i+1, v.Owner, err)
		}
		if _, err := d.Open(s.ctx, porter, r, ref); err == nil {
			s.t.Error("whoever is alone opens it")
		}
	}
	reasons[refs[2]] = "somebody asked"
	if _, err := d.Open(s.ctx, second, r, refs[2]); err != nil {
		s.t.Errorf("with a reason: %v", err)
	}
	v, err := d.Readers(s.ctx, second, r, refs[2])
	s.must(err)
	if len(v.Readers) < 2 || v.Readers[1].Why != reasons[refs[2]] {
		s.t.Errorf("its readers are %+v", v.Readers)
	}
	taker := keeper
	for _, role := range s.roles() { // whoever begins it may have no later step
		taker = s.as(role, 0)
		if v, err = d.Open(s.ctx, taker, r, refs[0]); len(v.May) > 0 {
			break
		}
	}
	if s.must(err); len(v.May) == 0 {
		s.t.Fatal("nothing may be done with a record that was just begun: nothing was tried")
	}
	_, err = d.Take(s.ctx, taker, r, refs[0], room.Taking{Step: v.May[0].ID, Answers: s.x.Answers(v.May[0].Fields)})
	if fail.Words(err) != wordsFound {
		s.t.Errorf("what was looked up is not heeded: %v", err)
	}
}

const wordsFound = "It was looked up and is not there"

func (s *suite) function(what string) string { return `Action::"` + s.room.Name + "." + what + `"` }

package room

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/match"
	"heed/internal/process"
	"heed/internal/store"
	"heed/record"
)

// Whom a record is about is known by keyed tokens, which lie in its sealed picture and in the
// memory of the program. They answer one question, before whoever works on a record that has
// not ended: does Heed hold an earlier one about the same person? See decision 0504.

// persons are the tokens of this process, kept up by reading what was written since: by this
// program and by others alike, so that there is one way and each answer is of its snapshot.
type persons struct {
	index *match.Index
	mu    sync.Mutex
	upTo  ledger.Since // guarded by mu: up to where it is kept

	filling sync.Mutex
	filled  atomic.Bool
	erased  atomic.Bool // something may have been, since it was looked last
	said    Pace        // how often somebody said whom a record is about
	shown   Pace        // of how many records that they began somebody was told of others
}

// asksWho says whether records of a room are about a person who is asked for.
func (r *Room) asksWho() bool {
	return slices.ContainsFunc(r.Definitions, func(d *process.Definition) bool { return d.Person.Given() })
}

// aboutWhom is what a step says of the person; nil of a step that does not ask. It stands in the
// entry, so that a later recipe needs no definition to make its tokens.
func aboutWhom(d *process.Definition, step process.Step, in field.Answers) *match.Person {
	said, ok := d.Said(step, in)
	if !ok {
		return nil
	}
	return &match.Person{Name: said.Get("name"), Born: said.Get("born"), Number: said.Get("number")}
}

func (s *State) person(p *match.Person) {
	if p == nil {
		return
	}
	t := match.Of(*p)
	s.Tokens, s.Born = &t, p.Born
}

// Another is an earlier record that may be about the same person.
type Another struct {
	Room      *Room
	Reference id.Reference
}

// Others are the earlier records that may be about the same person, for somebody who works on
// this one, as far as they may open them. Unknown: what there is is still being read.
type Others struct {
	Unknown bool
	Slowed  bool // they looked at too many records of their own within an hour
	More    bool // than are found here
	Found   []Another
}

// References are those that are shown.
func (o Others) References() (out []id.Reference) {
	for _, x := range o.Found {
		out = append(out, x.Reference)
	}
	return out
}

// tellsOf says whether somebody is told of others: whoever works on a record that has not ended.
// Whoever raised it is not, in whatever role they are; where beginning a record gives it to them
// to work, they wrote down what somebody else asked, and are.
func (r *Room) tellsOf(a access.Actor, s *State, work bool) bool {
	return work && s.Tokens != nil && !s.Ended() && (a.Person != s.By || r.First().Owner == "actor")
}

// aboutSame are the other records of a record, of the moment in which it is read. As with links,
// it costs the same whether there is one, none, or one that this person may not open.
func (d *Desk) aboutSame(tx *store.Tx, a access.Actor, r *Room, s *State, work bool) (out Others, err error) {
	if !r.tellsOf(a, s, work) {
		return out, nil
	}
	if !d.persons.filled.Load() {
		return Others{Unknown: true}, nil
	}
	if err := d.keepUp(tx); err != nil {
		return out, err
	}
	if a.Person == s.By && !d.mayLook(a.Person, s.Reference, tx.Now()) {
		return Others{Slowed: true}, nil
	}
	all := d.persons.index.Earlier(match.Place{Org: s.Org, In: record.Compartment(s.Compartment)}, s.Record, *s.Tokens)
	more := len(all) > othersMost
	all = all[:min(len(all), othersMost)]
	for _, rec := range all {
		x, ok, err := d.another(tx, a, s, rec)
		if err != nil {
			return out, err
		}
		if ok {
			out.Found = append(out.Found, x)
		}
	}
	out.More = more && len(out.Found) == othersMost // of those that they may not open nothing is said
	for n := len(all); n == 0 || n%othersLooked != 0; n++ {
		if _, _, err := d.another(tx, a, s, s.Record); err != nil {
			return out, err
		}
	}
	return out, nil
}

// othersLooked is how many other records are looked at for one page, or a multiple of it, and
// othersMost how many at most, the oldest.
const (
	othersLooked = 4
	othersMost   = 40
)

// another is a record before this one; ok is false for who may not open it. One that somebody
// may open on a reason alone is named: whoever opens it says why first.
func (d *Desk) another(tx *store.Tx, a access.Actor, than *State, rec id.Record) (out Another, ok bool, err error) {
	x, err := rowByRecord(tx, rec)
	if fail.Is(err, fail.Missing) { // erased, or not of this snapshot yet
		return out, false, nil
	}
	r, known := d.byNumber(x.room)
	if err != nil || !known {
		return out, false, err
	}
	s, _, err := d.stands(tx, r, x)
	if fail.Is(err, fail.Gone) || fail.Is(err, fail.Tampered) {
		return out, false, nil // whoever opens it is told
	}
	if err != nil {
		return out, false, err
	}
	res, err := d.resource(tx, a, r, &s)
	if err != nil {
		return out, false, err
	}
	opens := d.allows(a, r, &s, res, actView) ||
		r.Reason != nil && (d.allowsFor(a, r, &s, res, actView, onReason) || d.allowsFor(a, r, &s, res, actReason, onReason))
	return Another{r, s.Reference}, opens && s.Org == than.Org && s.Compartment == than.Compartment, nil
}

// onReason asks access what somebody might who had said why.
const onReason = "asked"

// knowWhom has the index read what there is, where nothing has read it yet: in a program that
// serves, a task does. While another does, or where it cannot be read, what there is is unknown,
// and keeps nobody from a record.
func (d *Desk) knowWhom(ctx context.Context, r *Room) {
	if d.persons.filled.Load() || !r.asksWho() || !d.persons.filling.TryLock() {
		return
	}
	defer d.persons.filling.Unlock()
	if err := d.fill(ctx); err != nil {
		d.Log.Error("whom the records are about cannot be read", "why", err)
	}
}

// KeepPersons reads whom the records are about, at the first turn, then what was written since,
// and forgets what was erased. It is called every few seconds, so that an answer has little to
// read.
func (d *Desk) KeepPersons(ctx context.Context) error {
	d.persons.filling.Lock()
	defer d.persons.filling.Unlock()
	if !d.persons.filled.Load() {
		return d.fill(ctx)
	}
	there := d.persons.index.Records() // before the look: what comes meanwhile is not taken for erased
	return d.Store.View(ctx, func(tx *store.Tx) error {
		if err := d.keepUp(tx); err != nil || !d.persons.erased.Swap(false) {
			return err
		}
		err := d.forgetErased(tx, there)
		if err != nil {
			d.persons.erased.Store(true) // the next turn tries again
		}
		return err
	})
}

// fill reads the tokens of all records from their sealed pictures.
func (d *Desk) fill(ctx context.Context) error {
	if d.persons.filled.Load() {
		return nil
	}
	var begun ledger.Since
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) { begun, err = d.Ledger.Now(tx); return err })
	if err != nil {
		return err
	}
	for _, r := range d.rooms {
		if !r.asksWho() {
			continue
		}
		if err := d.fillFrom(ctx, r); err != nil {
			return fmt.Errorf("room %s: read whom records are about: %w", r.Name, err)
		}
	}
	d.persons.read(begun) // what was written since the first look is read by the next
	d.persons.filled.Store(true)
	return nil
}

// fillBatch is how many records one look reads.
const fillBatch = 500

func (d *Desk) fillFrom(ctx context.Context, r *Room) error {
	after := make([]byte, len(id.Record{}.Bytes()))
	for n := fillBatch; n == fillBatch; {
		err := d.Store.View(ctx, func(tx *store.Tx) error {
			rows, err := store.All(tx, (*row).fields, `select `+rowColumns+rowTables+
				`where r.room = $1 and r.record > $2 order by r.record limit $3`, r.Number, after, fillBatch)
			if n = len(rows); err != nil || n == 0 {
				return err
			}
			for _, x := range rows {
				s, _, err := d.open(x)
				if err := d.hold(x, s, err); err != nil {
					return err
				}
			}
			after = rows[n-1].record.Bytes()
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hold puts the tokens of a record into the index. Of one that was damaged nothing is known.
func (d *Desk) hold(x row, s State, err error) error {
	switch {
	case fail.Is(err, fail.Gone):
		d.persons.index.Remove(x.record)
		return nil
	case fail.Is(err, fail.Tampered):
		d.persons.index.Put(match.Place{Org: x.org}, x.record, x.head, match.Tokens{})
		return nil
	case err != nil:
		return err
	}
	t := match.Tokens{}
	if s.Tokens != nil {
		t = *s.Tokens
	}
	d.persons.index.Put(match.Place{Org: s.Org, In: record.Compartment(s.Compartment)}, s.Record, s.Version, t)
	return nil
}

// keepUp reads what was written since it was called last, as of this snapshot. That something may
// have been erased, which stands in the organisation's own record, waits for KeepPersons.
func (d *Desk) keepUp(tx *store.Tx) error {
	moved, now, err := d.Ledger.Moved(tx, d.persons.since())
	if err != nil {
		return err
	}
	for _, m := range moved {
		if m.Room == ledger.Organisation {
			d.persons.erased.Store(true)
		}
		r, known := d.byNumber(m.Room)
		if !known || !r.asksWho() || d.persons.index.Version(m.Record) >= m.Version {
			continue
		}
		x, err := rowByRecord(tx, m.Record)
		if fail.Is(err, fail.Missing) {
			d.persons.index.Remove(m.Record)
			continue
		}
		if err != nil {
			return err
		}
		s, _, err := d.stands(tx, r, x)
		if err := d.hold(x, s, err); err != nil {
			return err
		}
	}
	d.persons.read(now)
	return nil
}

func (p *persons) since() ledger.Since {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.upTo
}

// read notes up to where the index is kept; readers of an older snapshot change nothing.
func (p *persons) read(now ledger.Since) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.upTo.Before(now) {
		p.upTo = now
	}
}

// forgetErased takes away the tokens of records that are not there any more: another program
// may have erased them. There are those that the index had before this look.
func (d *Desk) forgetErased(tx *store.Tx, there []id.Record) error {
	all, err := store.All(tx, func(rec *id.Record) []any { return []any{rec} }, `select record from room_record_v1`)
	if err != nil {
		return fmt.Errorf("read which records there are: %w", err)
	}
	living := make(map[id.Record]bool, len(all))
	for _, rec := range all {
		living[rec] = true
	}
	for _, rec := range there {
		if !living[rec] {
			d.persons.index.Remove(rec)
		}
	}
	return nil
}

// saidAnHour is how often somebody says within an hour whom records are about: far more often
// than anybody has to, and too seldom to look for people by saying it.
const saidAnHour = 20

// mayLook slows whoever begins records to see whether there are others about the same person.
func (d *Desk) mayLook(who id.Person, ref id.Reference, now time.Time) bool {
	if d.persons.shown.Spent(who, ref, saidAnHour, now) {
		return false
	}
	d.persons.shown.Note(who, ref, now)
	return true
}

// mayKnow slows whoever says again and again whom a record is about.
func (d *Desk) mayKnow(a access.Actor, step process.Step, now time.Time) error {
	if step != process.KnowPerson || d.persons.said.OneMore(a.Person, saidAnHour, now) {
		return nil
	}
	return fail.New(fail.Conflict, "You have said what is known about a person %d times within an hour. Wait an hour, "+
		"then say it again", saidAnHour)
}

// TestOnlyHolds says whether the memory of this program has the tokens of a record.
func (d *Desk) TestOnlyHolds(rec id.Record) bool { return d.persons.index.Version(rec) > 0 }

// TestOnlyFilling runs fn while it is being read whom the records are about.
func (d *Desk) TestOnlyFilling(fn func()) {
	d.persons.filling.Lock()
	defer d.persons.filling.Unlock()
	fn()
}

// TestOnlySeal seals the picture of a record anew, changed.
func (d *Desk) TestOnlySeal(tx *store.Tx, rec id.Record, change func(*State)) error {
	x, err := rowByRecord(tx, rec)
	if err != nil {
		return err
	}
	s, key, err := d.open(x)
	if err != nil {
		return err
	}
	change(&s)
	r, _ := d.byNumber(x.room)
	sealed, err := r.seal(key, &s)
	if err != nil {
		return err
	}
	return tx.ChangeOne(`update room_record_v1 set state = $2 where record = $1`, rec, sealed)
}

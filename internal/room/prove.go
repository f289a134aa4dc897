package room

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"heed/internal/clock"
	"heed/internal/document/keep"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/vault"
)

// Events are the room's kinds of event among all rooms, with what each says, for docs/events.md.
func (r *Room) Events(all ...*Room) map[string]string {
	out := r.readings(all)
	for _, d := range r.Definitions {
		for _, s := range d.AllSteps {
			out[s.Kind] = s.Label
		}
		for _, s := range d.Made() {
			out[s.Kind] = s.Label
		}
		for _, by := range d.Relies {
			out[by.Step(d).Kind] = "An item of a set, on which the " + r.One + " relies, is no longer in force"
		}
	}
	return out
}

// readings are those that no step writes.
func (r *Room) readings(rooms []*Room) map[string]string {
	all := map[string]string{
		r.Name + kindViewed:  "Somebody opened the " + r.One + "; written before it is sent",
		r.Name + kindReaders: "Somebody looked at who has opened the " + r.One,
		r.Name + kindListed:  "A list of " + r.Many + " was shown, and which references it named",
		r.Name + kindRefused: "Somebody asked for a " + r.One +
			" that is not theirs or does not exist; both are written alike",
	}
	all[r.Name+process.LocalStep] = "A step was taken that the organisation's overlay added to the " + r.One +
		"; it names the step"
	if r.Follows != "" {
		all[r.Name+readOwn] = "Whoever began the " + r.One + " looked at its progress"
	}
	if r.Latest().Audience.Given() {
		all[r.Name+kindConfirmed] = "Somebody who was asked to read the " + r.One +
			" confirmed it; it names the hash of what they read, and takes no version"
		all[r.Name+kindUnconfirmed] = "Somebody sent a confirmation of the " + r.One +
			" that was not taken: they are not asked to read it, or another version is in force"
		all[r.Name+kindCounted] = "Somebody looked at how many have confirmed reading the " + r.One + ", and who has not"
	}
	if r.AsksForDocuments() {
		all[r.Name+kindDocument] = "Somebody opened a document of the " + r.One + "; written before it is sent"
	}
	if r.tied(rooms) {
		all[r.Name+kindLinked] = "The " + r.One + " was linked to another record, or another to it; it takes no version"
		all[r.Name+kindUnlinked] = "Such a link was ended"
	}
	return all
}

// SharedEvents are the kinds of event of the lists over all rooms.
func SharedEvents() map[string]string {
	return map[string]string{kindWork: "Somebody was shown their notices and their work, and which references they named"}
}

// Compared is how many records were compared with their history, by room, and of how
// many another version of the program made the places in lists, which only that version
// can compare.
type Compared struct {
	Records      map[string]int
	Older, Newer int
}

// CheckLists compares what finding and listing stand on, and the duties, with the
// history: record by record as they begin in the ledger, so that a row that was taken
// away is missed, and its memory does not grow with their number. It gives each
// difference in words. Between pieces of the work it calls rest.
func (d *Desk) CheckLists(ctx context.Context, rest func(context.Context, time.Duration),
	found func(id.Record, string)) (Compared, error) {
	n, _, err := d.compare(ctx, rest, found)
	return n, err
}

// MendLists is CheckLists that brings back what was changed or taken away of what is
// made from the history: rows, places in lists, duties. It tells of each.
func (d *Desk) MendLists(ctx context.Context, rest func(context.Context, time.Duration),
	found, mended func(id.Record, string)) (Compared, error) {
	n, amiss, err := d.compare(ctx, rest, found)
	if err != nil {
		return n, err
	}
	for _, x := range amiss {
		err := d.Store.Do(ctx, func(tx *store.Tx) error { return d.project(tx, x.room, x.first.Org, x.first.Record) })
		switch {
		case err == nil:
			mended(x.first.Record, x.what)
		case fail.Is(err, fail.Gone): // erased meanwhile
		case fail.Is(err, fail.Tampered), fail.Is(err, fail.Missing), store.IsUnique(err):
			found(x.first.Record, "could not be made anew: it does not match its history")
		default:
			return n, fmt.Errorf("make lists and duties anew: %w", err)
		}
	}
	return n, nil
}

// amiss is a record whose rows or duty are not as its history has them.
type amiss struct {
	room  *Room
	first ledger.Entry
	what  string
}

func (d *Desk) compare(ctx context.Context, rest func(context.Context, time.Duration),
	found func(id.Record, string)) (n Compared, all []amiss, err error) {
	n.Records = map[string]int{}
	err = d.eachBegun(ctx, rest, func(tx *store.Tx, r *Room, e ledger.Entry) error {
		n.Records[r.Many]++
		is, err := d.proved(tx, e.Org, e.Record)
		switch {
		case fail.Is(err, fail.Gone):
			return nil // erased; what is left of it is looked for below
		case fail.Is(err, fail.Tampered), fail.Is(err, fail.Missing): // its key or its head was taken away
			found(e.Record, "does not match its history")
			return nil
		case err != nil:
			return err
		}
		older := n.Older
		what, err := d.checkRow(tx, r, &is.State, &n)
		if err == nil && what == "" {
			what, err = dutyAmiss(tx, r, &is.State, n.Older > older)
		}
		if err != nil {
			return err
		}
		if what != "" {
			found(e.Record, what)
			all = append(all, amiss{r, e, what})
		}
		return keep.Check(tx, is.key, documentsOf(is.taken), found)
	})
	if err != nil {
		return n, nil, err
	}
	return n, all, d.strangers(ctx, rest, found)
}

// dutyAmiss says what is wrong with a record's duty. An older program does not know of the
// end of an item that this one has in a set.
func dutyAmiss(tx *store.Tx, r *Room, s *State, older bool) (string, error) {
	want, ok := r.duty(s)
	if next, due := s.NextDue(); older {
		want.Due, ok = next.At, due
	}
	if !ok {
		return "", nil
	}
	return jobs.Amiss(tx, want)
}

// proven is where a record stands by its history alone, and how it came there.
type proven struct {
	State
	taken []Taken
	key   *vault.Key
}

func (d *Desk) proved(tx *store.Tx, org id.Org, rec id.Record) (is proven, err error) {
	if is.key, err = d.keyOf(tx, org, rec); err != nil {
		return is, err
	}
	history, err := d.Ledger.History(tx, is.key)
	if fail.Is(err, fail.Missing) { // its head was taken away
		err = fail.Wrap(fail.Tampered, err, wordsDamaged)
	}
	if err != nil {
		return is, err
	}
	is.State, is.taken, err = Fold(history)
	return is, err
}

// keyOf is the key of a record that is there. That it was never erased is said by the key
// store: a row of it that is gone, or names another organisation, was changed outside.
func (d *Desk) keyOf(tx *store.Tx, org id.Org, rec id.Record) (*vault.Key, error) {
	key, err := d.Vault.Key(tx, org, rec)
	if fail.Is(err, fail.Missing) {
		err = fail.Wrap(fail.Tampered, err, wordsDamaged)
	}
	return key, err
}

// eachBegun gives every record of every room by its first entry.
func (d *Desk) eachBegun(ctx context.Context, rest func(context.Context, time.Duration),
	fn func(*store.Tx, *Room, ledger.Entry) error) error {
	for _, r := range d.rooms {
		err := d.Ledger.Begun(ctx, r.Number, rest, func(tx *store.Tx, e ledger.Entry) error { return fn(tx, r, e) })
		if err != nil {
			return fmt.Errorf("room %s: %w", r.Name, err)
		}
	}
	return nil
}

// checkRow says how a record's rows differ from where it stands by its history, or "". What
// another version of the program made is compared as far as this one knows it.
func (d *Desk) checkRow(tx *store.Tx, r *Room, is *State, n *Compared) (string, error) {
	x, err := rowByRecord(tx, is.Record)
	switch {
	case fail.Is(err, fail.Missing):
		return "cannot be found or listed: its row is not there", nil
	case err != nil:
		return "", err
	case x.org != is.Org || x.room != r.Number || x.reference != string(is.Reference):
		return "stands in the lists with another organisation, room or reference", nil
	}
	s, _, err := d.open(x)
	switch {
	case fail.Is(err, fail.Tampered):
		return "stands in the lists with a picture that does not open", nil
	case err != nil:
		return "", err
	case x.made >= r.makes() && !same(s, *is): // an older program knows less of where it stands
		return "stands in the lists otherwise than in its history", nil
	}
	newer := x.made > r.makes()
	if what, err := d.checkConfirmed(tx, r, is, newer); what != "" || err != nil {
		return what, err
	}
	if what, err := d.checkLinks(tx, r, is, newer); what != "" || err != nil {
		return what, err
	}
	switch {
	case newer:
		n.Newer++
		return "", nil
	case x.made < r.makes():
		n.Older++
		return "", nil
	}
	return d.checkPlaces(tx, r, is)
}

// strangers are rows that belong to no record, or to one that was erased, looked for page by page: a table of
// millions is not held open, and who works beside it has the machine.
func (d *Desk) strangers(ctx context.Context, rest func(context.Context, time.Duration),
	found func(id.Record, string)) error {
	for _, table := range []struct{ name, belongs string }{
		{"room_record_v1", ofAnEntry},
		{keep.Table, ofAnEntry},
		{"room_seen", ofAnEntry},
		{"room_list_v1", `exists (select 1 from room_record_v1 r where r.record = x.record)`},
		{"room_link_v1", `exists (select 1 from room_record_v1 r where r.record = x.record)`},
		{"room_confirmed_v1", `exists (select 1 from room_record_v1 r where r.record = x.record)`},
	} {
		from := func(place string) string {
			return fmt.Sprintf(`select x.record, x.record, %s, exists (select 1 from record_key k where k.record = x.record)
			from (select distinct record from %s where record %s order by record limit $1) x order by x.record`,
				table.belongs, table.name, place)
		}
		text := from(`>= (select record from ` + table.name + ` order by record limit 1)`)
		args := []any{strangersBatch}
		for n := strangersBatch; n == strangersBatch; {
			worked := clock.Stopwatch()
			err := d.Store.View(ctx, func(tx *store.Tx) error {
				all, err := store.All(tx, (*belonging).fields, text, args...)
				for _, x := range all {
					text, args = from(`> $2`), []any{strangersBatch, x.place}
					switch {
					case !x.known:
						found(x.record, "stands in the tables and in no history")
					case !x.opens:
						found(x.record, "has no key, as what was erased, and something of it still stands in "+table.name)
					}
				}
				n = len(all)
				return err
			})
			if err != nil {
				return err
			}
			rest(ctx, worked())
		}
	}
	return ctx.Err()
}

const strangersBatch = 2000

// ofAnEntry: the second condition on version is by what SQLite knows which index it is.
const ofAnEntry = `exists (select 1 from entry e where e.record = x.record and e.version = 1 and e.version > 0)`

type belonging struct {
	record id.Record
	place  any // as it stands there: an id that was changed may be none
	known  bool
	opens  bool // it has a key
}

func (b *belonging) fields() []any { return []any{&b.record, &b.place, &b.known, &b.opens} }

func same(a, b State) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

func (d *Desk) checkPlaces(tx *store.Tx, r *Room, s *State) (string, error) {
	want, err := d.placesOf(tx, r, s)
	if err != nil {
		return "", err
	}
	has, err := store.All(tx, func(p *placedRow) []any { return []any{&p.tag, &p.sort} },
		`select tag, sort from room_list_v1 where record = $1`, s.Record)
	if err != nil {
		return "", err
	}
	for _, h := range has {
		if len(h.tag) != len(Tag{}) || !slices.Contains(want, placed{Tag(h.tag), h.sort}) {
			return "stands in a list where it does not belong", nil
		}
	}
	if len(has) != len(want) {
		return "is missing from a list", nil
	}
	return "", nil
}

type placedRow struct {
	tag  []byte
	sort int64
}

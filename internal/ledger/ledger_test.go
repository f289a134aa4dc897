package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/vault"
	"heed/record"
)

var migrations = []fs.FS{vault.Migrations, Migrations}

var nurse = Author{Role: "worker", Rule: "worker-raises"}

// room is a ledger with what it stands on.
type room struct {
	*Log
	t   testing.TB
	ctx context.Context
	org id.Org
}

// furnish makes a vault and a ledger on an empty store.
func furnish(t testing.TB, s *store.Store, change ...func(*Options)) *room {
	t.Helper()
	dir := t.TempDir()
	org := id.NewOrg(clock.System{}.Now())
	must(t, vault.CreateKeyFile(filepath.Join(dir, "keys"), org))
	v, err := vault.Open(t.Context(), s, vault.Options{KeyFile: filepath.Join(dir, "keys"), KeyStore: filepath.Join(dir,
		"keystore"), Clock: clock.System{}})
	must(t, err)
	t.Cleanup(func() { v.Close() })
	must(t, v.AddOrg(t.Context(), org))
	signer, err := record.NewSigner("ledger.test")
	must(t, err)
	o := Options{Origin: "ledger.test", SignerKey: signer.Text(), Clock: clock.System{}, Folder: dir}
	for _, c := range change {
		c(&o)
	}
	l, err := Open(s, v, o)
	must(t, err)
	return &room{Log: l, t: t, ctx: t.Context(), org: org}
}

// again opens the same ledger as a second process would.
func (r *room) again() *room {
	l, err := Open(r.store, r.vault, r.o)
	must(r.t, err)
	return &room{Log: l, t: r.t, ctx: r.ctx, org: r.org}
}

func each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	storetest.Each(t, migrations, fn)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t testing.TB, err error, k fail.Kind) {
	t.Helper()
	if !fail.Is(err, k) {
		t.Fatalf("got %v, want a failure of kind %s", err, k)
	}
}

type said struct {
	Text string `json:"text"`
}

func event(text string) Event { return Event{Kind: "test.said", Data: said{text}} }

// begin makes a record with one entry for each text.
func (r *room) begin(texts ...string) id.Record {
	r.t.Helper()
	rec := id.NewRecord(clock.System{}.Now())
	must(r.t, r.store.Do(r.ctx, func(tx *store.Tx) error {
		key, err := r.vault.New(tx, r.org, rec, record.Patient)
		if err != nil {
			return err
		}
		events := make([]Event, len(texts))
		for i, s := range texts {
			events[i] = event(s)
		}
		_, err = r.Append(tx, Concern, key, 0, nurse, events...)
		return err
	}))
	return rec
}

func (r *room) add(rec id.Record, expected int64, texts ...string) error {
	return r.store.Do(r.ctx, func(tx *store.Tx) error {
		key, err := r.vault.Key(tx, r.org, rec)
		if err != nil {
			return err
		}
		for _, s := range texts {
			if expected, err = r.Append(tx, Concern, key, expected, nurse, event(s)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *room) look(rec id.Record, by Author) error {
	return r.store.DoReading(r.ctx, func(tx *store.Tx) error {
		key, err := r.vault.Key(tx, r.org, rec)
		if err != nil {
			return err
		}
		return r.Reading(tx, Concern, key, by, Event{Kind: "test.viewed"})
	})
}

func (r *room) history(rec id.Record) (es []Entry, err error) {
	err = r.store.View(r.ctx, func(tx *store.Tx) error {
		key, err := r.vault.Key(tx, r.org, rec)
		if err == nil {
			es, err = r.History(tx, key)
		}
		return err
	})
	return es, err
}

func (r *room) readings(rec id.Record) (es []Entry, err error) {
	err = r.store.View(r.ctx, func(tx *store.Tx) error {
		key, err := r.vault.Key(tx, r.org, rec)
		if err == nil {
			es, err = r.Readings(tx, key)
		}
		return err
	})
	return es, err
}

// sql does what a database administrator could.
func (r *room) sql(query string, args ...any) {
	r.t.Helper()
	must(r.t, r.store.Do(r.ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(query, args...)
		if err == nil && n == 0 {
			err = fmt.Errorf("%q touched no row", query)
		}
		return err
	}))
}

func (r *room) count(query string, args ...any) (n int64) {
	r.t.Helper()
	must(r.t, r.store.View(r.ctx, func(tx *store.Tx) (err error) {
		n, err = store.One(tx, scanInt, query, args...)
		return err
	}))
	return n
}

// checkpoint opens the public checkpoint as an outsider would.
func (r *room) checkpoint() record.Checkpoint {
	r.t.Helper()
	note, err := r.Checkpoint(r.ctx)
	must(r.t, err)
	c, _, err := record.OpenCheckpoint(note, r.verifier)
	must(r.t, err)
	return c
}

func texts(es []Entry) (out []string) {
	for _, e := range es {
		out = append(out, string(e.Data))
	}
	return out
}

func TestARecordsHistoryIsWhatWasSaidInOrder(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		rec := r.begin("one", "two <b>&")
		must(t, r.add(rec, 2, "three", "four"))
		es, err := r.history(rec)
		must(t, err)
		want := []string{`{"text":"one"}`, `{"text":"two <b>&"}`, `{"text":"three"}`, `{"text":"four"}`}
		if got := texts(es); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("history says %q, want %q", got, want)
		}
		for i, e := range es {
			if e.Version != int64(i)+1 || e.Record != rec || e.Org != r.org || e.Kind != "test.said" || e.Author != nurse {
				t.Errorf("entry %d reads back as %+v", i, e)
			}
		}
		must(t, r.store.View(r.ctx, func(tx *store.Tx) error {
			v, err := r.Version(tx, rec)
			if v != 4 {
				t.Errorf("the record stands at %d, want 4", v)
			}
			_, missing := r.Version(tx, id.NewRecord(tx.Now()))
			wants(t, missing, fail.Missing)
			return err
		}))
	})
}

func TestAWriterWhoIsLateIsTold(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		rec := r.begin("one")
		must(t, r.add(rec, 1, "two"))
		wants(t, r.add(rec, 1, "late"), fail.Stale)
		wants(t, r.add(rec, 0, "first again"), fail.Stale)
		wants(t, r.add(rec, 3, "early"), fail.Stale)
		es, err := r.history(rec)
		must(t, err)
		if len(es) != 2 {
			t.Fatalf("%d entries, want the 2 that were taken", len(es))
		}
		if n := r.count(`select count(*) from entry_pending`); n != 2 {
			t.Errorf("%d entries wait for a number, want 2", n)
		}
	})
}

func TestReadingNeverMakesAWriterStale(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		rec := r.begin("one")
		lead := Author{Person: id.NewPerson(clock.System{}.Now()), Role: "safeguarding_lead", Rule: "lead-views"}
		must(t, r.look(rec, lead))
		must(t, r.add(rec, 1, "two"))
		must(t, r.look(rec, lead))
		seen, err := r.readings(rec)
		must(t, err)
		if len(seen) != 2 || seen[0].Author != lead || seen[0].Kind != "test.viewed" || seen[0].Version != 0 ||
			seen[0].Data != nil {
			t.Fatalf("readings are %+v", seen)
		}
		es, err := r.history(rec)
		must(t, err)
		if len(es) != 2 {
			t.Fatalf("%d versions, want 2: readings are none", len(es))
		}
	})
}

func TestAnEntryNeedsAKindAndARule(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		rec := r.begin("one")
		for _, x := range []struct {
			by Author
			ev Event
		}{{Author{Role: "worker"}, event("x")}, {nurse, Event{Data: said{"x"}}}} {
			err := r.store.Do(r.ctx, func(tx *store.Tx) error {
				key, err := r.vault.Key(tx, r.org, rec)
				must(t, err)
				_, err = r.Append(tx, Concern, key, 1, x.by, x.ev)
				return err
			})
			if !errors.Is(err, errIncomplete) {
				t.Errorf("%+v %+v: %v", x.by, x.ev, err)
			}
		}
	})
}

// TestARoomIsReadByItself: what begins each record of a room comes in the order in
// which they began, and nothing of other rooms is opened, which would be found here:
// none of their ten thousand entries opens.
func TestARoomIsReadByItself(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		a, b := r.begin("a1"), r.begin("b1")
		must(t, r.add(a, 1, "a2"))
		must(t, r.Publish(r.ctx))
		must(t, r.look(a, nurse))
		must(t, s.Do(r.ctx, func(tx *store.Tx) error {
			type row struct {
				id, org, leaf, sealed []byte
				at, generation        int64
			}
			scan := func(r *row) []any { return []any{&r.id, &r.org, &r.at, &r.generation, &r.leaf, &r.sealed} }
			like, err := store.One(tx, scan,
				`select id, org, at, generation, leaf, sealed from entry where record = $1 and version = 1`, b)
			for range 10_000 {
				if err == nil {
					_, err = tx.Exec(`insert into entry (id, org, record, version, at, generation, room, leaf, sealed)
						values ($1, $2, $3, 1, $4, $5, 2, $6, $7)`, like.id, like.org, id.NewRecord(tx.Now()), like.at, like.generation,
						like.leaf, like.sealed)
				}
			}
			return err
		}))
		r.stop(unsound(nil, "numbering stands"))
		c := r.begin("c1")
		var got, begun []string
		must(t, r.Each(r.ctx, Concern, func(_ *store.Tx, e Entry) error { got = append(got, string(e.Data)); return nil }))
		rest := func(context.Context, time.Duration) {}
		must(t, r.Begun(r.ctx, Concern, rest, func(_ *store.Tx, e Entry) error {
			begun = append(begun, string(e.Data))
			return nil
		}))
		want := `[{"text":"a1"} {"text":"b1"} {"text":"c1"}]`
		if fmt.Sprint(got) != want || fmt.Sprint(begun) != want {
			t.Errorf("replayed %s, begun %s, want %s", got, begun, want)
		}
		must(t, s.View(r.ctx, func(tx *store.Tx) error {
			for _, rec := range []id.Record{a, c} {
				is, err := r.Begins(tx, rec, Concern)
				other, err2 := r.Begins(tx, rec, Room(2))
				if !is || other || err != nil || err2 != nil {
					t.Errorf("record %s: of its room %v, of another %v: %v %v", rec, is, other, err, err2)
				}
			}
			return nil
		}))
		if s.Engine() == "sqlite" {
			must(t, s.View(r.ctx, func(tx *store.Tx) error {
				var x [3]int
				var plan string
				if err := tx.QueryRow("explain query plan "+firstEntries, Concern, 0, 1).Scan(&x[0], &x[1], &x[2],
					&plan); err != nil {
					return err
				}
				if !strings.Contains(plan, "entry_begun (room=? AND n>?)") {
					t.Errorf("first entries are found by: %s", plan)
				}
				return nil
			}))
		}
		must(t, r.Each(r.ctx, Room(2), func(_ *store.Tx, e Entry) error { // they do not open
			t.Errorf("%s is given as of a room that it is not of", e.Record)
			return nil
		}))
	})
}

// TestANumberHidesNothing: a number is trusted by nobody, not even its sign. What begins
// a record is found where lists are made and compared, whatever number it was given.
func TestANumberHidesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		a := r.begin("a1")
		r.begin("b1")
		must(t, s.Do(r.ctx, func(tx *store.Tx) error {
			if s.Engine() == "sqlite" {
				_, err := tx.Exec(`update entry set n = -n where record = $1`, a)
				return err
			}
			if _, err := tx.Exec(`create temporary table moved on commit drop as select * from entry where record = $1`,
				a); err != nil {
				return err
			}
			if _, err := tx.Exec(`delete from entry where record = $1`, a); err != nil {
				return err
			}
			if _, err := tx.Exec(`update moved set n = -n`); err != nil {
				return err
			}
			_, err := tx.Exec(`insert into entry overriding system value select * from moved`)
			return err
		}))
		var begun []string
		rest := func(context.Context, time.Duration) {}
		must(t, r.Begun(r.ctx, Concern, rest, func(_ *store.Tx, e Entry) error {
			begun = append(begun, string(e.Data))
			return nil
		}))
		if want := `[{"text":"a1"} {"text":"b1"}]`; fmt.Sprint(begun) != want {
			t.Errorf("begun %s, want %s", begun, want)
		}
	})
}

// TestARecordGoesOnInItsRoom: an entry for another room is not taken.
func TestARecordGoesOnInItsRoom(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		rec := r.begin("one")
		for _, room := range []Room{0, Room(2)} {
			err := r.store.Do(r.ctx, func(tx *store.Tx) error {
				key, err := r.vault.Key(tx, r.org, rec)
				must(t, err)
				_, err = r.Append(tx, room, key, 1, nurse, event("two"))
				return err
			})
			if err == nil {
				t.Errorf("an entry for room %d was taken", room)
			}
		}
	})
}

func TestAnErasedRecordIsGoneAndTheTreeStillVerifies(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		kept, erased := r.begin("kept"), r.begin("to be forgotten")
		must(t, r.look(erased, nurse))
		must(t, r.Publish(r.ctx))
		receipt, err := r.Inclusion(r.ctx, Entry{Record: erased, Version: 1})
		must(t, err)
		_, err = r.vault.Erase(r.ctx, r.org, erased, func(tx *store.Tx, _ int64) error {
			key, err := r.vault.Key(tx, r.org, kept)
			if err != nil {
				return err
			}
			if _, err := r.Append(tx, Concern, key, 1, nurse, event("erased another")); err != nil {
				return err
			}
			_, err = r.Blank(tx, erased)
			return err
		})
		must(t, err)
		_, err = r.history(erased)
		wants(t, err, fail.Gone)
		if n := r.count(`select count(*) from entry where record = $1 and sealed is null`, erased); n != 2 {
			t.Errorf("%d rows blanked, want 2", n)
		}
		var got []string
		must(t, r.Each(r.ctx, Concern, func(_ *store.Tx, e Entry) error { got = append(got, string(e.Data)); return nil }))
		if fmt.Sprint(got) != `[{"text":"kept"}]` {
			t.Errorf("replayed %s", got)
		}
		must(t, r.Publish(r.ctx))
		read := func(path string) ([]byte, error) { return r.Tile(r.ctx, path) }
		must(t, record.VerifyTiles(r.ctx, read, r.checkpoint(), nil))
		again, err := r.Inclusion(r.ctx, Entry{Record: erased, Version: 1})
		must(t, err)
		if again.Leaf != receipt.Leaf {
			t.Error("the leaf changed with the erasure")
		}
		must(t, receipt.Verify(r.verifier))
	})
}

func TestABlankedRowOfALivingRecordIsTampering(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s)
		rec := r.begin("one")
		must(t, s.Do(r.ctx, func(tx *store.Tx) error { _, err := r.Blank(tx, rec); return err }))
		_, err := r.history(rec)
		wants(t, err, fail.Tampered)
		must(t, r.Each(r.ctx, Concern, func(*store.Tx, Entry) error {
			t.Error("what was altered is given all the same")
			return nil
		}))
	})
}

package bulk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/vault"
	"heed/internal/verify"
	"heed/record"
)

// A made-up feed: who (a random staff number) has done which course, and on which day.
var doneTable = fstest.MapFS{"migrations/9101_done.sql": {Data: []byte(`-- +goose Up
create table done (
  n WHOLEKEY,
  ended_by bigint not null,
  staff bigint not null,
  day bigint not null,
  course text not null
);
create index done_ended on done (ended_by, n) where ended_by <> 0;
-- +goose Down
drop table done;
`)}}

var done = Feed{Name: "completions", Table: "done", Columns: []string{"staff", "day", "course"},
	Whole: []string{"staff", "day"}}

var (
	migrations = []fs.FS{vault.Migrations, ledger.Migrations, Migrations, doneTable}
	t0         = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	lead       = ledger.Author{Role: "training_lead", Rule: "test"}
	bg         = context.Background()
)

type world struct {
	testing.TB
	store *store.Store
	vault *vault.Vault
	log   *ledger.Log
	desk  *Desk
	org   id.Org
	o     verify.Options
}

func each(t *testing.T, fn func(w *world)) {
	storetest.EachClock(t, migrations, clock.NewHand(t0), func(t *testing.T, s *store.Store) {
		dir := t.TempDir()
		w := &world{TB: t, store: s, org: id.NewOrg(t0)}
		signer, err := record.NewSigner("heed.test/log")
		w.must(err)
		w.o = verify.Options{KeyFile: filepath.Join(dir, "keys"), KeyStore: filepath.Join(dir, "keystore"),
			Log: signer.Verifier(), Rows: []string{"done"}}
		w.must(vault.CreateKeyFile(w.o.KeyFile, w.org))
		w.vault, err = vault.Open(bg, s, vault.Options{KeyFile: w.o.KeyFile, KeyStore: w.o.KeyStore,
			Clock: clock.NewHand(t0)})
		w.must(err)
		t.Cleanup(func() { w.vault.Close() })
		w.must(w.vault.AddOrg(bg, w.org))
		w.log, err = ledger.Open(s, w.vault, ledger.Options{Origin: "heed.test/log", SignerKey: signer.Text(),
			Clock: clock.NewHand(t0)})
		w.must(err)
		w.another()
		w.must(s.Do(bg, func(tx *store.Tx) error { // every organisation has a record of its own
			key, err := w.vault.New(tx, w.org, w.org.Record(), record.Organisation)
			if err != nil {
				return err
			}
			_, err = w.log.Append(tx, ledger.Organisation, key, 0, lead, ledger.Event{Kind: "organisation.opened"})
			return err
		}))
		fn(w)
	})
}

// another is the desk of a process that has seen nothing yet.
func (w *world) another() { w.desk = New(Parts{w.store, w.vault, w.log}, done) }

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func some[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, x := range all {
			if !yield(x, nil) {
				return
			}
		}
	}
}

// rowsOf are n rows of a day.
func rowsOf(n, day int) (out [][]any) {
	for i := range n {
		out = append(out, []any{int64(i*7919 + 3), int64(day), "prevent " + strings.Repeat("é", i%5)})
	}
	return out
}

func (w *world) state() State {
	w.Helper()
	s, err := w.desk.State(bg, w.org, done.Name)
	w.must(err)
	return s
}

// put imports rows that take the place of those with these keys.
func (w *world) put(rows [][]any, ends ...int64) int64 {
	w.Helper()
	n, err := w.desk.Import(bg, w.org, lead, Staged{Feed: done.Name, Seen: w.state().Version, File: "00",
		AsOf: "2026-03-02", Form: "done/1", Counts: map[string]int64{"done": int64(len(rows) - len(ends))},
		New: some(rows), Ends: some(ends)})
	w.must(err)
	return n
}

// there are the rows that are there, by their keys.
func (w *world) there() map[int64]string {
	w.Helper()
	out := map[int64]string{}
	s := w.state()
	w.must(w.store.View(bg, func(tx *store.Tx) error {
		for row, err := range w.desk.Rows(tx, s, done.Name) {
			if err != nil {
				return err
			}
			out[row.Key] = fmt.Sprint(row.Values)
		}
		return nil
	}))
	return out
}

// found is what heed verify names.
func (w *world) found() (out []string) {
	w.Helper()
	_, err := w.log.Sequence(bg)
	w.must(err)
	r, err := verify.Store(bg, w.store, w.o)
	w.must(err)
	for _, d := range r.Differences {
		out = append(out, d.String())
	}
	return out
}

func (w *world) nothingFound() {
	w.Helper()
	if found := w.found(); len(found) > 0 {
		w.Errorf("found: %s", strings.Join(found, "\n"))
	}
}

func (w *world) sql(query string, args ...any) {
	w.Helper()
	w.must(w.store.Do(bg, func(tx *store.Tx) error {
		n, err := tx.Exec(query, args...)
		if err == nil && n == 0 {
			err = errors.New("no row was touched")
		}
		return err
	}))
}

// TestImportsAreAsAModelSays walks imports and undoings at random beside a map.
func TestImportsAreAsAModelSays(t *testing.T) {
	each(t, func(w *world) {
		random := rand.New(rand.NewPCG(9, 7))
		type picture map[int64]string
		var pictures []picture // before each import that stands
		var numbers []int64
		is := picture{}
		for step := range 14 {
			if random.IntN(4) == 0 && len(numbers) > 0 {
				last := len(numbers) - 1
				if last > 0 {
					if err := w.desk.Undo(bg, w.org, lead, done.Name, numbers[last-1]); !fail.Is(err, fail.Conflict) {
						t.Errorf("an import on which another rests was taken back: %v", err)
					}
				}
				w.must(w.desk.Undo(bg, w.org, lead, done.Name, numbers[last]))
				is, pictures, numbers = pictures[last], pictures[:last], numbers[:last]
			} else {
				rows := rowsOf(random.IntN(3*unit), step)
				var ends []int64
				next := picture{}
				for key, row := range is {
					if random.IntN(3) == 0 {
						ends = append(ends, key)
					} else {
						next[key] = row
					}
				}
				slices.Sort(ends)
				n := w.put(rows, ends...)
				for i, row := range rows {
					next[record.RowKey(n, int64(i))] = fmt.Sprint(row)
				}
				pictures, numbers, is = append(pictures, is), append(numbers, n), next
			}
			if step%3 == 0 {
				w.another()
			}
			if got := w.there(); !reflect.DeepEqual(got, map[int64]string(is)) {
				t.Fatalf("step %d: %d rows are there, want %d", step, len(got), len(is))
			}
			if got := w.state().Counts()["done"]; got != int64(len(is)) {
				t.Errorf("step %d: %d are counted, want %d", step, got, len(is))
			}
			w.nothingFound()
		}
	})
}

// TestNobodySeesHalfAnImport: while rows are staged others work and see nothing of them; an
// import that is stopped, or whose program ends inside it, never was.
func TestNobodySeesHalfAnImport(t *testing.T) {
	each(t, func(w *world) {
		first := w.put(rowsOf(2*unit, 1))
		before := w.there()
		seen := w.state().Version
		stopped, stop := context.WithCancel(bg)
		ways := map[string]func(at int){
			"stopped": func(at int) {
				if at == 3*unit {
					stop()
				}
			},
			"a line that cannot be read": func(int) {},
			"a mark that cannot be set":  func(int) {},
			"the program ends": func(at int) {
				if at == 3*unit {
					runtime.Goexit()
				}
			},
		}
		for name, way := range ways {
			var staged []int64
			in := Staged{Feed: done.Name, Seen: seen, File: "00", AsOf: "2026-03-02", Form: "done/1",
				New: func(yield func([]any, error) bool) {
					for i, row := range rowsOf(4*unit, 2) {
						if way(i); !yield(row, nil) {
							return
						}
					}
					if name == "a line that cannot be read" {
						yield(nil, fail.New(fail.Bad, "Row 4097 cannot be read"))
					}
				},
				Ends: some(slices.Collect(func(yield func(int64) bool) {
					for i := range int64(unit) { // of which the last is a row that is not there
						yield(record.RowKey(first, 2*i+1))
					}
					yield(record.RowKey(first, 2*unit))
				})),
				Tell: func(n int64) {
					staged = append(staged, n)
					w.another()
					if got := w.there(); !reflect.DeepEqual(got, before) {
						t.Errorf("%s: half an import is seen: %d rows", name, len(got))
					}
					w.sql(`update bulk_import set at = at + 1 where import = $1`, first) // somebody else's work
				}}
			ended := make(chan error, 1)
			go func() {
				err := errors.New("the goroutine ended")
				defer func() { ended <- err }()
				_, err = w.desk.Import(stopped, w.org, lead, in)
			}()
			if err := <-ended; err == nil {
				t.Fatalf("%s: it was imported", name)
			}
			steps := map[string]int64{"stopped": 3, "the program ends": 3, "a line that cannot be read": 4,
				"a mark that cannot be set": 5}
			if len(staged) == 0 || slices.Max(staged) != steps[name]*unit || staged[0] != unit {
				t.Errorf("%s: staged by steps of %v", name, staged)
			}
			if got := w.there(); !reflect.DeepEqual(got, before) {
				t.Errorf("%s: %d rows are there afterwards", name, len(got))
			}
			w.nothingFound() // what nobody sees is no difference
			w.must(w.desk.Sweep(bg))
			var rows int
			w.must(w.store.View(bg, func(tx *store.Tx) error {
				return tx.QueryRow(`select (select count(*) from done) +
					(select count(*) from done where ended_by <> 0)`).Scan(&rows)
			}))
			if rows != len(before) {
				t.Errorf("%s: %d rows and marks lie there after sweeping, want %d", name, rows, len(before))
			}
			stopped, stop = context.WithCancel(bg)
		}
		stop()
		w.put(rowsOf(unit+1, 3), record.RowKey(first, 1))
		if got := len(w.there()); got != 3*unit {
			t.Errorf("%d rows after all", got)
		}
		w.nothingFound()
	})
}

// TestOneImportAtATime: a second one is told to wait, one that rests on what is no more is told
// so, and one that somebody swept away while it was staged is not kept.
func TestOneImportAtATime(t *testing.T) {
	each(t, func(w *world) {
		w.put(rowsOf(10, 1))
		seen := w.state().Version
		in := Staged{Feed: done.Name, Seen: seen, File: "00", AsOf: "2026-03-02", Form: "done/1",
			New: some(rowsOf(unit*2, 2)), Ends: some[int64](nil)}
		told := 0
		in.Tell = func(int64) {
			if told++; told > 1 {
				t.Error("staging goes on after it was swept away")
				return
			}
			second := in
			second.Tell = nil
			if _, err := w.desk.Import(bg, w.org, lead, second); !fail.Is(err, fail.Busy) {
				t.Errorf("a second import at once: %v", err)
			}
			w.sql(`update bulk_import set state = 'stopped' where state = 'staged'`)
		}
		if _, err := w.desk.Import(bg, w.org, lead, in); !fail.Is(err, fail.Busy) {
			t.Errorf("an import that was swept away: %v", err)
		}
		in.Tell, in.Seen = func(int64) { t.Error("rows are staged that cannot be kept") }, seen-1
		if _, err := w.desk.Import(bg, w.org, lead, in); !fail.Is(err, fail.Stale) {
			t.Errorf("an import that rests on an older state: %v", err)
		}
		in.Seen = seen
		in.Tell = func(n int64) {
			if n == 2*unit {
				w.must(w.desk.Undo(bg, w.org, lead, done.Name, 1))
			}
		}
		if _, err := w.desk.Import(bg, w.org, lead, in); !fail.Is(err, fail.Stale) {
			t.Errorf("an import under which another was taken back: %v", err)
		}
		if got := len(w.there()); got != 0 {
			t.Errorf("%d rows are there", got)
		}
		w.nothingFound()
	})
}

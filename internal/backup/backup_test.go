package backup_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"testing"

	"heed/internal/backup"
	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/vault"
)

var ctx = context.Background()

func quiet(string, int64) {}

// filled is a world with concerns in it, and its backup.
func filled(w *world.World) ([]byte, *vault.KeyFile) {
	w.T.Helper()
	for range 5 {
		raised, err := w.Concerns.Raise(ctx, w.As("nurse"), room.Beginning{Answers: field.Said("about", "patient", "what",
			"Canary Zaunkönig 🐦")})
		if err != nil {
			w.T.Fatal(err)
		}
		text := bytes.NewReader(bytes.Repeat([]byte("Zaunkönig\n"), 10_000))
		letter, err := (*document.Spool)(nil).Take("letter.txt", text)
		if err != nil {
			w.T.Fatal(err)
		}
		note := field.Said("words", "A letter")
		note["document"] = field.Value{File: letter}
		if _, err := w.Concerns.AddToOwn(ctx, w.As("nurse"), raised.Reference, note, ""); err != nil {
			w.T.Fatal(err)
		}
	}
	if _, err := w.Ledger.Sequence(ctx); err != nil {
		w.T.Fatal(err)
	}
	keys, err := vault.OpenKeyFile(filepath.Join(w.Dir, "heed.key"))
	if err != nil {
		w.T.Fatal(err)
	}
	var out bytes.Buffer
	if err := backup.Write(ctx, w.Store, keys, []id.Org{w.Org.ID}, w.Hand, &out, quiet); err != nil {
		w.T.Fatal(err)
	}
	return out.Bytes(), keys
}

func reader(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// dump is every row of every table that is saved.
func dump(t testing.TB, s *store.Store) map[string][][]any {
	t.Helper()
	out := map[string][][]any{}
	tables, err := s.Tables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(ctx, func(tx *store.Tx) error {
		for _, table := range tables {
			if table == "room_record_v1" || table == "room_list_v1" || table == "room_confirmed_v1" ||
				table == "room_link_v1" { // made anew
				continue
			}
			err := tx.CopyOut(table, func([]string) error { return nil }, func(v []any) error {
				row := slices.Clone(v)
				for i, x := range row {
					if b, ok := x.([]byte); ok {
						row[i] = string(b)
					}
				}
				out[table] = append(out[table], row)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range out { // an engine gives them in an order of its own
		slices.SortFunc(rows, func(a, b []any) int { return cmp.Compare(fmt.Sprint(a...), fmt.Sprint(b...)) })
	}
	return out
}

// TestABackupGivesTheSameBackOnEitherEngine is promise D10.
func TestABackupGivesTheSameBackOnEitherEngine(t *testing.T) {
	world.Each(t, func(w *world.World) {
		saved, keys := filled(w)
		want := dump(w.T, w.Store)
		another, _ := filled(w)
		if bytes.Contains(saved, []byte("Zaunk")) {
			w.T.Error("the backup holds a typed word in the clear")
		}
		storetest.Each(w.T.(*testing.T), world.Migrations(), func(t *testing.T, s *store.Store) {
			if err := backup.Read(ctx, s, keys, reader(saved), quiet); err != nil {
				t.Fatal(err)
			}
			got := dump(t, s)
			delete(got, "restore_under_way")
			for table, rows := range want {
				if len(got[table]) != len(rows) {
					t.Errorf("%s: %d rows, want %d", table, len(got[table]), len(rows))
					continue
				}
				for i := range rows {
					if !slices.Equal(rows[i], got[table][i]) {
						t.Errorf("%s: row %d differs", table, i)
						break
					}
				}
			}
			if err := backup.Read(ctx, s, keys, reader(saved), quiet); err != nil {
				t.Errorf("stopped before its lists were made, it does not go on: %v", err)
			}
			if err := backup.Read(ctx, s, keys, reader(another), quiet); !fail.Is(err, fail.Conflict) {
				t.Errorf("another backup goes on in its place: %v", err)
			}
			if err := backup.Finish(ctx, s); err != nil {
				t.Error(err)
			}
			if err := backup.Read(ctx, s, keys, reader(saved), quiet); !fail.Is(err, fail.Conflict) {
				t.Errorf("restored over an installation: %v", err)
			}
			err := s.Do(ctx, func(tx *store.Tx) error { // what counts upwards goes on
				_, err := tx.Exec(`insert into entry (id, org, record, version, at, generation, room, leaf) values ($1, $2, $3, 0, 1, 1, 1, $4)`,
					id.NewEntry(world.Start), w.Org.ID, w.Org.ID.Record(), []byte("leaf"))
				return err
			})
			if err != nil {
				t.Errorf("the next entry: %v", err)
			}
		})
	})
}

func TestADamagedBackupRestoresNothing(t *testing.T) {
	world.Each(t, func(w *world.World) {
		saved, keys := filled(w)
		try := func(name string, b []byte, keys vault.OrgKeys) {
			s := storetest.SQLite(w.T, world.Migrations(), w.Hand)
			err := backup.Read(ctx, s, keys, reader(b), quiet)
			if k := fail.KindOf(err); k != fail.Tampered && k != fail.Bad && k != fail.Missing {
				w.T.Errorf("%s: %v", name, err)
			}
			if rows := dump(w.T, s); len(rows["entry"]) != 0 || len(rows["key_org"]) != 0 {
				w.T.Errorf("%s: something was restored", name)
			}
		}
		for _, cut := range []int{0, 5, 20, len(saved) / 2, len(saved) - 1} {
			try("cut", saved[:cut], keys)
		}
		for _, at := range []int{20, 200, len(saved) / 2, len(saved) - 3} {
			b := slices.Clone(saved)
			b[at] ^= 1
			try("flipped", b, keys)
		}
		try("something behind it", append(slices.Clone(saved), saved...), keys)
		other := filepath.Join(w.T.TempDir(), "other.key")
		if err := vault.CreateKeyFile(other, w.Org.ID); err != nil {
			w.T.Fatal(err)
		}
		wrong, err := vault.OpenKeyFile(other)
		if err != nil {
			w.T.Fatal(err)
		}
		try("another key", saved, wrong)
	})
}

package verify

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// TestAnEntryTakenAwayWhileItWaitedIsMissed: somebody with the database takes every
// row of a record that has no place in the tree yet. Only what lies outside shows it.
func TestAnEntryTakenAwayWhileItWaitedIsMissed(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		folder := w.TempDir()
		w.must(os.Mkdir(filepath.Join(folder, heldFolder), 0o700))
		file := filepath.Join(folder, heldFolder, "0123456789abcdef")
		rec := w.begin(id.NewRecord(t0), 2)
		w.look(rec)
		lines := []byte(record.HeldMagic)
		type row struct {
			id, leaf                      []byte
			version, at, generation, room int64
		}
		w.must(w.store.View(w.ctx(), func(tx *store.Tx) error {
			rows, err := store.All(tx, func(r *row) []any {
				return []any{&r.id, &r.leaf, &r.version, &r.at, &r.generation,
					&r.room}
			},
				`select id, leaf, version, at, generation, room from entry where record = $1`, rec)
			for _, r := range rows {
				lines = record.Held{Header: record.Header{Org: [16]byte(w.org.Bytes()), Record: [16]byte(rec.Bytes()),
					Entry:   [16]byte(r.id),
					Version: r.version, At: r.at, Generation: r.generation, Room: r.room}, Leaf: [32]byte(r.leaf)}.Append(lines)
			}
			return err
		}))
		w.must(os.WriteFile(file, lines, 0o600))
		look := func(o *Options) { o.Folder = folder }
		w.clean(w.verify(look))
		w.sql(`delete from entry_pending where n in (select n from entry where record = $1)`, rec)
		w.sql(`delete from head where record = $1`, rec)
		w.sql(`delete from note_v1 where record = $1`, rec)
		w.sql(`delete from record_key where record = $1`, rec)
		w.sql(`delete from entry where record = $1`, rec)
		w.clean(w.verify()) // without what lies outside nothing is to be seen
		r := w.verify(look)
		if r.Found != 3 || r.Differences[0].Record != rec.String() ||
			!strings.Contains(r.Differences[0].What, "taken away before it was numbered") {
			t.Errorf("found %d: %v", r.Found, r.Differences)
		}
		w.must(os.WriteFile(file, []byte("something else"), 0o600))
		if r := w.verify(look); r.Found != 1 || r.Differences[0].Kind != Unreadable {
			t.Errorf("a file that is not of the form: %v", r.Differences)
		}
	})
}

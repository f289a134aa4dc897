package verify

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"heed/internal/id"
	"heed/internal/store"
)

// want is what the report of a tampering must say: one difference of one of these
// kinds that names this place.
type want struct {
	kinds []Kind
	where string // part of the difference's line
}

type tampering struct {
	name string
	do   func(w *world, r *rand.Rand) want
}

// times is how often each is done, at places of its own: the gate's size of I2 on SQLite,
// fewer on PostgreSQL, where putting all back takes ten times as long.
func (w *world) times() int {
	if w.store.Engine() == "sqlite" {
		return 5
	}
	return 2
}

func entryNamed(n int64) want { return want{[]Kind{Entry, Record}, fmt.Sprintf("entry %d,", n)} }

// some entry that has a number and belongs to a living record.
func (w *world) someEntry(r *rand.Rand) int64 {
	all := w.list(`select n from entry where sealed is not null and n not in (select n from entry_pending) order by n`)
	return all[r.IntN(len(all))]
}

func (w *world) list(query string, args ...any) (out []int64) {
	w.Helper()
	w.must(w.store.View(w.ctx(), func(tx *store.Tx) (err error) {
		out, err = store.All(tx, func(n *int64) []any { return []any{n} }, query, args...)
		return err
	}))
	return out
}

// flipBlob changes one bit of one value.
func (w *world) flipBlob(r *rand.Rand, table, column, where string, args ...any) {
	w.Helper()
	b := bytes.Clone(w.blob(fmt.Sprintf(`select %s from %s where %s`, column, table, where), args...))
	b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	if n := w.sql(fmt.Sprintf(`update %s set %s = $%d where %s`, table, column, len(args)+1, where),
		append(args, b)...); n != 1 {
		w.Fatalf("%d rows of %s changed", n, table)
	}
}

func edits() []tampering {
	var out []tampering
	for _, set := range []string{"at = at + 1", "at = at - 86400000000", "generation = generation + 1", "room = room + 1",
		"version = version + 1000"} {
		out = append(out, tampering{"edit " + set, func(w *world, r *rand.Rand) want {
			n := w.someEntry(r)
			w.sql(`update entry set `+set+` where n = $1`, n)
			return entryNamed(n)
		}})
	}
	for _, c := range []string{"id", "org", "record", "leaf", "sealed"} {
		out = append(out, tampering{"flip entry." + c, func(w *world, r *rand.Rand) want {
			n := w.someEntry(r)
			w.flipBlob(r, "entry", c, "n = $1", n)
			return entryNamed(n)
		}})
	}
	out = append(out, tampering{"sealed cut", func(w *world, r *rand.Rand) want {
		n := w.someEntry(r)
		b := w.blob(`select sealed from entry where n = $1`, n)
		w.sql(`update entry set sealed = $2 where n = $1`, n, b[:r.IntN(len(b))])
		return entryNamed(n)
	}}, tampering{"sealed blanked", func(w *world, r *rand.Rand) want {
		n := w.someEntry(r)
		w.sql(`update entry set sealed = null where n = $1`, n)
		return entryNamed(n)
	}}, tampering{"waiting entry edited", func(w *world, r *rand.Rand) want {
		n := w.one(`select min(n) from entry_pending`)
		w.sql(`update entry set at = at + 1 where n = $1`, n)
		return entryNamed(n)
	}}, tampering{"room of a record's entries and head changed alike", func(w *world, r *rand.Rand) want {
		rec := w.living(r)
		w.sql(`update entry set room = 2 where record = $1`, rec)
		w.sql(`update head set room = 2 where record = $1`, rec)
		return want{[]Kind{Entry}, rec.String()}
	}}, tampering{"room of a head changed", func(w *world, r *rand.Rand) want {
		rec := w.living(r)
		w.sql(`update head set room = 2 where record = $1`, rec)
		return want{[]Kind{Record}, rec.String()}
	}}, tampering{"head moved", func(w *world, r *rand.Rand) want {
		rec := w.recs[r.IntN(len(w.recs))]
		w.sql(`update head set version = version + $2 where record = $1`, rec, 1-2*r.IntN(2))
		return want{[]Kind{Record}, rec.String()}
	}})
	return out
}

func removals() []tampering {
	return []tampering{
		{"delete one", func(w *world, r *rand.Rand) want {
			n := w.someEntry(r)
			w.sql(`delete from entry where n = $1`, n)
			return entryNamed(n)
		}},
		{"delete one and say it was padding", func(w *world, r *rand.Rand) want {
			n := w.someEntry(r)
			w.sql(`delete from entry where n = $1`, n)
			seq := w.one(`select seq + $1 - n from log_run where n <= $1 and n + size > $1`, n)
			w.cutRun(seq)
			w.sql(`insert into log_run (seq, size, padding) values ($1, 1, $2)`, seq, make([]byte, 16))
			return want{[]Kind{Numbering}, fmt.Sprintf("leaf %d", seq)}
		}},
		{"delete one and its number", func(w *world, r *rand.Rand) want {
			n := w.someEntry(r)
			w.sql(`delete from entry where n = $1`, n)
			seq := w.one(`select seq + $1 - n from log_run where n <= $1 and n + size > $1`, n)
			w.cutRun(seq)
			return want{[]Kind{Numbering}, fmt.Sprintf("leaf %d", seq)}
		}},
		{"delete a waiting entry, its wait and its head's version", func(w *world, r *rand.Rand) want {
			n := w.one(`select min(n) from entry_pending`)
			w.sql(`delete from entry where n = $1`, n)
			w.sql(`delete from entry_pending where n = $1`, n)
			return want{[]Kind{Record}, "versions"} // of three waiting versions the first is gone
		}},
		{"delete a waiting entry between two others, and its wait", func(w *world, r *rand.Rand) want {
			n := w.one(`select min(n) + 1 from entry_pending`)
			w.sql(`delete from entry where n = $1`, n)
			w.sql(`delete from entry_pending where n = $1`, n)
			return want{[]Kind{Record}, "without a gap"}
		}},
		{"delete a waiting entry", func(w *world, r *rand.Rand) want {
			n := w.one(`select max(n) from entry_pending`)
			w.sql(`delete from entry where n = $1`, n)
			return want{[]Kind{Entry}, fmt.Sprintf("entry %d:", n)}
		}},
		{"delete a record whole", func(w *world, r *rand.Rand) want {
			rec := w.living(r)
			n := w.one(`select min(n) from entry where record = $1`, rec)
			for _, t := range []string{"entry", "head", "record_key", "note_v1"} {
				w.sql(`delete from `+t+` where record = $1`, rec)
			}
			return want{[]Kind{Entry}, fmt.Sprintf("ntries %d to", n)}
		}},
		{"take a key away", func(w *world, r *rand.Rand) want {
			rec := w.living(r)
			w.sql(`delete from record_key where record = $1`, rec)
			return want{[]Kind{Record}, rec.String()}
		}},
		{"erase without an entry", func(w *world, r *rand.Rand) want {
			rec := w.living(r)
			w.sql(`delete from record_key where record = $1`, rec)
			w.sql(`update entry set sealed = null where record = $1 and version > 0`, rec)
			w.sql(`update entry set sealed = null where record = $1 and version = 0`, rec)
			w.sql(`delete from note_v1 where record = $1`, rec)
			return want{[]Kind{Record}, rec.String()}
		}},
		{"take the wait away", func(w *world, r *rand.Rand) want {
			n := w.one(`select min(n) from entry_pending`)
			w.sql(`delete from entry_pending where n = $1`, n)
			return entryOf(n)
		}},
	}
}

func entryOf(n int64) want { return want{[]Kind{Entry}, fmt.Sprintf("entry %d", n)} }

func (w *world) living(r *rand.Rand) id.Record {
	for {
		if rec := w.recs[r.IntN(len(w.recs))]; rec != w.recs[5] {
			return rec
		}
	}
}

// cutRun takes one leaf out of the run that numbers it.
func (w *world) cutRun(seq int64) {
	w.Helper()
	start := w.one(`select max(seq) from log_run where seq <= $1`, seq)
	size, n := w.one(`select size from log_run where seq = $1`, start),
		w.one(`select n from log_run where seq = $1`, start)
	w.sql(`delete from log_run where seq = $1`, start)
	if seq > start {
		w.sql(`insert into log_run (seq, size, n) values ($1, $2, $3)`, start, seq-start, n)
	}
	if after := start + size - seq - 1; after > 0 {
		w.sql(`insert into log_run (seq, size, n) values ($1, $2, $3)`, seq+1, after, n+seq+1-start)
	}
}

const copyEntry = `insert into entry (id, org, record, version, at, generation, room, leaf, sealed)
	select id, org, record, %s, at, generation, room, leaf, sealed from entry where n = $1`

func insertions() []tampering {
	newest := func(w *world) int64 { return w.one(`select max(n) from entry`) }
	return []tampering{
		{"repeat as a reading", func(w *world, r *rand.Rand) want {
			w.sql(fmt.Sprintf(copyEntry, "0"), w.someEntry(r))
			return entryNamed(newest(w))
		}},
		{"repeat as a next version, waiting, head moved", func(w *world, r *rand.Rand) want {
			rec := w.living(r)
			w.sql(fmt.Sprintf(copyEntry, "version + 1"), w.one(`select max(n) from entry where record = $1 and version > 0`,
				rec))
			w.sql(`update head set version = version + 1 where record = $1`, rec)
			n := newest(w)
			w.sql(`insert into entry_pending (n) values ($1)`, n)
			return entryNamed(n)
		}},
		{"repeat a reading, waiting", func(w *world, r *rand.Rand) want {
			// The same bytes wait for a second number: only the tree can tell, and the row's own id.
			n0 := w.one(`select n from entry where version = 0 and sealed is not null and n not in (select n from entry_pending) order by n limit 1`)
			w.sql(fmt.Sprintf(copyEntry, "version"), n0)
			n := newest(w)
			w.sql(`insert into entry_pending (n) values ($1)`, n)
			return entryOf(n)
		}},
		{"insert made-up bytes, waiting, head moved", func(w *world, r *rand.Rand) want {
			rec := w.living(r)
			w.sql(`insert into entry (id, org, record, version, at, generation, room, leaf, sealed)
				select $2, org, record, version + 1, at, generation, room, $3, $4 from entry where n = (select max(n) from entry where record = $1 and version > 0)`,
				rec, id.NewEntry(t0), bytes.Repeat([]byte{7}, 32), append([]byte{1}, bytes.Repeat([]byte{9}, 80)...))
			w.sql(`update head set version = version + 1 where record = $1`, rec)
			n := newest(w)
			w.sql(`insert into entry_pending (n) values ($1)`, n)
			return entryNamed(n)
		}},
		{"number one entry twice", func(w *world, r *rand.Rand) want {
			n := w.someEntry(r)
			// the database itself refuses a second run from there
			for w.one(`select count(*) from log_run where n = $1`, n) == 1 {
				n = w.someEntry(r)
			}
			w.sql(`insert into log_run (seq, size, n) values ($1, 1, $2)`, w.one(`select size from log_state`), n)
			return want{[]Kind{Numbering}, "log_run"}
		}},
		{"a run of numbers that Heed never gives", func(w *world, _ *rand.Rand) want {
			w.sql(`insert into log_run (seq, size, n) values ($1, 1, -7)`, w.one(`select size from log_state`))
			return want{[]Kind{Numbering}, "entry -7"}
		}},
		{"a head for nobody", func(w *world, r *rand.Rand) want {
			rec := id.NewRecord(t0)
			w.sql(`insert into head (record, org, room, version) values ($1, $2, 1, 3)`, rec, w.org)
			return want{[]Kind{Record}, rec.String()}
		}},
	}
}

func swaps() []tampering {
	var out []tampering
	for _, columns := range []string{"sealed", "leaf", "sealed,leaf", "at", "id",
		"id,sealed,leaf,at,generation,room,record,version,org"} {
		out = append(out, tampering{"swap " + columns, func(w *world, r *rand.Rand) want {
			a, b := w.someEntry(r), w.someEntry(r)
			for a == b || w.one(`select count(*) from entry x, entry y where x.n = $1 and y.n = $2 and x.at = y.at`, a,
				b) == 1 && columns == "at" {
				b = w.someEntry(r)
			}
			w.swap(a, b, strings.Split(columns, ","))
			return entryNamed(a)
		}})
	}
	return append(out, tampering{"swap two numbers", func(w *world, r *rand.Rand) want {
		// Two single entries exchange their leaves in the numbering.
		a, b := w.someEntry(r), w.someEntry(r)
		for a == b {
			b = w.someEntry(r)
		}
		sa := w.one(`select seq + $1 - n from log_run where n <= $1 and n + size > $1`, a)
		w.cutRun(sa)
		sb := w.one(`select seq + $1 - n from log_run where n <= $1 and n + size > $1`, b)
		w.cutRun(sb)
		w.sql(`insert into log_run (seq, size, n) values ($1, 1, $2)`, sa, b)
		w.sql(`insert into log_run (seq, size, n) values ($1, 1, $2)`, sb, a)
		return entryNamed(a)
	}}, tampering{"swap two notes", func(w *world, r *rand.Rand) want {
		a, b := w.living(r), w.living(r)
		for a == b {
			b = w.living(r)
		}
		x, y := w.blob(`select body from note_v1 where record = $1`, a),
			w.blob(`select body from note_v1 where record = $1`, b)
		w.sql(`update note_v1 set body = $2 where record = $1`, a, y)
		w.sql(`update note_v1 set body = $2 where record = $1`, b, x)
		return want{[]Kind{Sealed}, a.String()}
	}}, tampering{"an older version of a note", func(w *world, r *rand.Rand) want {
		rec := w.living(r)
		w.sql(`update note_v1 set version = version - 1 where record = $1`, rec)
		return want{[]Kind{Sealed}, rec.String()}
	}}, tampering{"swap two keys", func(w *world, r *rand.Rand) want {
		a, b := w.living(r), w.living(r)
		for a == b {
			b = w.living(r)
		}
		x, y := w.blob(`select wrapped from record_key where record = $1`, a),
			w.blob(`select wrapped from record_key where record = $1`, b)
		w.sql(`update record_key set wrapped = $2 where record = $1`, a, y)
		w.sql(`update record_key set wrapped = $2 where record = $1`, b, x)
		return want{[]Kind{Key}, a.String()}
	}})
}

// swap exchanges columns of two entries; versions are parked so that the unique index does not object.
func (w *world) swap(a, b int64, columns []string) {
	w.Helper()
	w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
		read := func(n int64) ([]any, error) {
			vals, ptrs := make([]any, len(columns)), make([]any, len(columns))
			for i := range vals {
				ptrs[i] = &vals[i]
			}
			return vals, tx.QueryRow(`select `+strings.Join(columns, ", ")+` from entry where n = $1`, n).Scan(ptrs...)
		}
		x, err := read(a)
		if err != nil {
			return err
		}
		y, err := read(b)
		if err != nil {
			return err
		}
		write := func(n int64, vals []any) error {
			set := make([]string, len(columns))
			for i, c := range columns {
				set[i] = fmt.Sprintf("%s = $%d", c, i+2)
			}
			_, err := tx.Exec(`update entry set `+strings.Join(set, ", ")+` where n = $1`, append([]any{n}, vals...)...)
			return err
		}
		if len(columns) > 5 {
			if _, err := tx.Exec(`update entry set version = version + 100000 where n = $1`, a); err != nil {
				return err
			}
			if err := write(b, x); err != nil {
				return err
			}
			return write(a, y)
		}
		if err := write(a, y); err != nil {
			return err
		}
		return write(b, x)
	}))
}

func cutsAndEmpties() []tampering {
	out := []tampering{
		{"cut the tail", func(w *world, r *rand.Rand) want {
			n := w.one(`select max(n) from entry where n not in (select n from entry_pending)`) - int64(r.IntN(20))
			w.sql(`delete from entry where n >= $1`, n)
			return want{[]Kind{Entry}, "taken away"}
		}},
		{"cut the tail with its numbers, heads and waits", func(w *world, r *rand.Rand) want {
			last := w.one(`select max(seq) from log_run`)
			w.cutTail(last)
			return want{[]Kind{Numbering}, fmt.Sprintf("leaf %d", last)}
		}},
		{"cut the tail and say the tree was smaller", func(w *world, r *rand.Rand) want {
			last := w.one(`select max(seq) from log_run`)
			w.cutTail(last)
			w.sql(`update log_state set size = $1`, last)
			return want{[]Kind{Checkpoint}, "log_state"}
		}},
		{"cut the last checkpoint's signature", func(w *world, r *rand.Rand) want {
			size := w.one(`select max(size) from log_checkpoint`)
			b := w.blob(`select note from log_checkpoint where size = $1`, size)
			w.sql(`update log_checkpoint set note = $2 where size = $1`, size, b[:len(b)-1-r.IntN(len(b)-1)])
			return want{[]Kind{Checkpoint}, fmt.Sprint(size)}
		}},
		{"take the signed state away", func(w *world, _ *rand.Rand) want {
			w.sql(`delete from log_state`)
			return want{[]Kind{Checkpoint}, "log_state"}
		}},
		{"say that nothing was ever numbered", func(w *world, _ *rand.Rand) want {
			w.sql(`update log_state set size = 0, root = null, note = null`)
			return want{[]Kind{Rollback, Numbering}, ""}
		}},
	}
	for table, kind := range map[string]Kind{"entry": Entry, "head": Record, "log_run": Numbering, "log_tile": TileKind,
		"record_key": Record, "entry_pending": Entry} {
		out = append(out, tampering{"empty " + table, func(w *world, _ *rand.Rand) want {
			w.sql(`delete from ` + table)
			return want{[]Kind{kind}, ""}
		}})
	}
	return append(out, tampering{"empty all of the log", func(w *world, _ *rand.Rand) want {
		for _, t := range []string{"entry", "head", "entry_pending", "log_run", "log_tile", "log_checkpoint",
			"log_cosignature"} {
			w.sql(`delete from ` + t)
		}
		w.sql(`update log_state set size = 0, root = null, note = null`)
		return want{[]Kind{Record}, "record_key"}
	}})
}

func (w *world) cutTail(seq int64) {
	w.Helper()
	w.sql(`delete from entry where n >= coalesce((select min(n) from log_run where seq >= $1 and n is not null), 999999999)`, seq)
	w.sql(`delete from log_run where seq >= $1`, seq)
	w.sql(`delete from entry_pending`)
	w.sql(`delete from entry where version = 0 and n > (select max(n + size) from log_run)`)
	w.sql(`update head set version = coalesce((select max(version) from entry where entry.record = head.record), 0)`)
	w.sql(`delete from head where version = 0`)
}

// flips are promise D9's, in every column of bytes and in numbers that the log stands on.
func flips() []tampering {
	var out []tampering
	blob := func(table, column, pick string, kinds ...Kind) {
		out = append(out, tampering{"flip " + table + "." + column, func(w *world, r *rand.Rand) want {
			keys := w.list(`select ` + pick + ` from ` + table + ` order by 1`)
			w.flipBlob(r, table, column, pick+" = $1", keys[r.IntN(len(keys))])
			return want{kinds, ""}
		}})
	}
	blob("log_tile", "hashes", "level * 1000 + idx", TileKind)
	blob("log_state", "root", "id", Checkpoint)
	blob("log_state", "note", "id", Checkpoint)
	blob("log_checkpoint", "note", "size", Checkpoint)
	blob("log_cosignature", "lines", "size", Witness)
	for _, x := range []struct {
		table, column string
		kinds         []Kind
	}{{"record_key", "wrapped", []Kind{Key}}, {"record_key", "org", []Kind{Entry, Record}},
		{"record_key", "record", []Kind{Record}},
		{"head", "record", []Kind{Record}}, {"head", "org", []Kind{Record}}, {"note_v1", "body", []Kind{Sealed}},
		{"note_v1", "record", []Kind{Sealed}}} {
		out = append(out, tampering{"flip " + x.table + "." + x.column, func(w *world, r *rand.Rand) want {
			w.flipBlob(r, x.table, x.column, "record = $1", w.living(r))
			return want{x.kinds, ""}
		}})
	}
	return append(out, tampering{"flip log_run.padding", func(w *world, r *rand.Rand) want {
		seqs := w.list(`select seq from log_run where padding is not null`)
		seq := seqs[r.IntN(len(seqs))]
		w.flipBlob(r, "log_run", "padding", "seq = $1", seq)
		return want{[]Kind{Numbering}, "padding"}
	}}, tampering{"flip key_generation.fingerprint", func(w *world, r *rand.Rand) want {
		w.flipBlob(r, "key_generation", "fingerprint", "generation = $1", w.one(`select max(generation) from key_generation`))
		return want{[]Kind{Key}, "key_generation"}
	}}, tampering{"flip key_org.canary", func(w *world, r *rand.Rand) want {
		w.flipBlob(r, "key_org", "canary", "org = $1", w.org)
		return want{[]Kind{Key}, "key_org"}
	}}, tampering{"another generation for a key", func(w *world, r *rand.Rand) want {
		rec := w.living(r)
		w.sql(`update record_key set generation = generation + 1 where record = $1`, rec)
		return want{[]Kind{Key}, rec.String()}
	}}, tampering{"a tile cut", func(w *world, r *rand.Rand) want {
		b := w.blob(`select hashes from log_tile where level = 0 and idx = 0`)
		w.sql(`update log_tile set hashes = $1 where level = 0 and idx = 0`, b[:r.IntN(len(b))])
		return want{[]Kind{TileKind}, "tile/0/000"}
	}}, tampering{"a tile taken away", func(w *world, r *rand.Rand) want {
		w.sql(`delete from log_tile where level = 0 and idx = $1`, r.IntN(2))
		return want{[]Kind{TileKind}, "tile/0/"}
	}}, tampering{"two hashes of a tile swapped", func(w *world, r *rand.Rand) want {
		b := bytes.Clone(w.blob(`select hashes from log_tile where level = 0 and idx = 1`))
		i := r.IntN(len(b)/32 - 1)
		w.sql(`update log_tile set hashes = $1 where level = 0 and idx = 1`,
			bytes.Join([][]byte{b[:32*i], b[32*i+32 : 32*i+64], b[32*i : 32*i+32], b[32*i+64:]}, nil))
		return want{[]Kind{TileKind}, "tile/0/001"}
	}})
}

// emptied are rows that nothing else needs.
func emptied() []tampering {
	return []tampering{
		{"a checkpoint taken away", func(w *world, r *rand.Rand) want {
			// One at which no padding was needed can be taken away: nothing rests on it.
			sizes := w.list(`select size from log_checkpoint where size in (select seq + size from log_run where padding is not null) order by size`)
			size := sizes[r.IntN(len(sizes))]
			w.sql(`delete from log_cosignature where size = $1`, size)
			w.sql(`delete from log_checkpoint where size = $1`, size)
			return want{[]Kind{Checkpoint}, fmt.Sprintf("log_checkpoint %d", size)}
		}},
		{"checkpoints emptied", func(w *world, r *rand.Rand) want {
			w.sql(`delete from log_cosignature`)
			w.sql(`delete from log_checkpoint`)
			return want{[]Kind{Checkpoint}, "log_checkpoint"}
		}},
		{"key_org emptied", func(w *world, r *rand.Rand) want {
			w.sql(`delete from key_org`)
			return want{[]Kind{Key}, "key_org"}
		}},
		{"key_generation emptied", func(w *world, r *rand.Rand) want {
			w.sql(`delete from key_generation`)
			return want{[]Kind{Key}, "key_generation"}
		}},
	}
}

// TestKeyStoreAgainstHistory: what an entry erased and the key store does not know of is
// named; so is what the key store destroyed and no entry erased.
func TestKeyStoreAgainstHistory(t *testing.T) {
	each(t, func(w *world) {
		w.begin(w.org.Record(), 1)
		rec := w.begin(id.NewRecord(w.clock.Now()), 2)
		w.dump("before")
		w.erase(rec)
		w.clean(w.verify())
		w.restore("before")
		if err := (want{[]Kind{Key}, rec.String() + ": was destroyed, and no erasure entry says"}).check("an older database",
			w.verify()); err != nil {
			w.Error(err)
		}
	})
	each(t, func(w *world) {
		w.begin(w.org.Record(), 1)
		rec := w.begin(id.NewRecord(w.clock.Now()), 2)
		w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error { return w.noteErased(tx, rec, 1) })) // and nothing is destroyed
		w.sql(`delete from record_key where record = $1`, rec)
		w.sql(`update entry set sealed = null where record = $1`, rec)
		w.sql(`delete from note_v1 where record = $1`, rec)
		if err := (want{[]Kind{Key}, rec.String() +
			": an entry says that it was erased, and no tombstone says"}).check("a hidden key", w.verify()); err != nil {
			w.Error(err)
		}
	})
}

// TestErasedOnTwoWords: an erasure entry that Heed itself wrote without the word of two
// people or by another rule is named: that a key is gone is not enough.
func TestErasedOnTwoWords(t *testing.T) {
	each(t, func(w *world) {
		w.begin(w.org.Record(), 1)
		for _, c := range []struct {
			rule  string
			by    int
			lacks string
		}{
			{"erased-on-two-words", 2, ""},
			{"erased-on-two-words", 1, "does not name two people"},
			{"erased-on-two-words", 0, "does not name two people"},
			{"worker-raises", 2, "was written by the rule worker-raises"},
			{"erased-before-the-restore", 0, ""},
			{"erased-before-the-restore", 2, "was written by the rule erased-before-the-restore"},
		} {
			before := w.verify().Found
			w.eraser.Rule, w.by = c.rule, c.by
			rec := w.begin(id.NewRecord(w.clock.Now()), 2)
			w.erase(rec)
			got := w.verify()
			if c.lacks == "" {
				if got.Found != before {
					w.Errorf("%s on %d words: %v", c.rule, c.by, got.Differences)
				}
				continue
			}
			if err := (want{[]Kind{Entry}, rec.String() + " was erased, and " + c.lacks}).check(c.rule, got); err != nil {
				w.Error(err)
			}
		}
	})
}

// TestEveryTamperingIsFound is promises I2, D9 and C5 at the gate's size, on both
// engines: everything is found and named, and the untouched installation is clean
// before the first and after the last.
func TestEveryTamperingIsFound(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		w.dump("before")
		w.clean(w.verify())
		r := rand.New(rand.NewPCG(11, 22))
		done := 0
		for _, set := range [][]tampering{edits(), removals(), insertions(), swaps(), cutsAndEmpties(), flips(), emptied()} {
			for _, x := range set {
				for range w.times() {
					wanted := x.do(w, r)
					got := w.verify()
					if err := wanted.check(x.name, got); err != nil {
						w.Error(err)
					}
					w.restore("before")
					done++
				}
			}
		}
		w.clean(w.verify())
		w.Logf("%d tamperings, all found and named", done)
	})
}

func (x want) check(name string, r Report) error {
	for _, d := range r.Differences {
		for _, k := range x.kinds {
			if d.Kind == k && strings.Contains(d.String(), x.where) {
				return nil
			}
		}
	}
	lines := []string{fmt.Sprintf("%s: %d differences, none of %v that names %q", name, r.Found, x.kinds, x.where)}
	for _, d := range r.Differences {
		lines = append(lines, d.String())
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n\t"))
}

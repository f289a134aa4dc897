package verify

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"heed/internal/store"
	"heed/record"
)

// rewrite changes what an entry says, as somebody would who holds the record's key:
// sealed anew, with a leaf that fits.
func (w *world) rewrite(n int64) {
	w.Helper()
	w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
		var h record.Header
		var id, org, rec []byte
		if err := tx.QueryRow(`select id, org, record, version, at, generation, room from entry where n = $1`, n).
			Scan(&id, &org, &rec, &h.Version, &h.At, &h.Generation, &h.Room); err != nil {
			return err
		}
		h.Entry, h.Org, h.Record = [16]byte(id), [16]byte(org), [16]byte(rec)
		key, err := w.vault.Key(tx, w.org, w.recordOf(rec))
		if err != nil {
			return err
		}
		sealed, leaf := key.RecordKey().SealEntry(h,
			[]byte(`{"kind":"test.said","actor":"","rule":"worker-raises","data":{"text":"something else"}}`))
		_, err = tx.Exec(`update entry set sealed = $2, leaf = $3 where n = $1`, n, sealed, leaf[:])
		return err
	}))
}

// rebuild makes the whole tree anew from the rows and, with sign, signs it and every
// checkpoint with the log's own key: what somebody can do who holds everything.
func (w *world) rebuild(sign bool) {
	w.Helper()
	w.must(w.store.Do(w.ctx(), func(tx *store.Tx) error {
		size, err := store.One(tx, func(n *int64) []any { return []any{n} }, `select size from log_state`)
		if err != nil {
			return err
		}
		level := make([]byte, 32*size)
		runs, err := store.All(tx, scanNumbered, `select seq, size, n, padding from log_run order by seq`)
		if err != nil {
			return err
		}
		for _, r := range runs {
			for i := range r.size {
				var leaf [32]byte
				if r.n == nil {
					leaf = record.PaddingLeaf([16]byte(r.padding[16*i:]))
				} else {
					b, err := store.One(tx, scanBytes, `select leaf from entry where n = $1`, *r.n+i)
					if err != nil {
						return err
					}
					leaf = [32]byte(b)
				}
				h := record.LeafHash(leaf)
				copy(level[32*(r.seq+i):], h[:])
			}
		}
		roots := map[int64]record.Hash{}
		var tree record.Tree
		for i := range size {
			tree.Append(record.Hash(level[32*i:]))
			roots[i+1] = tree.Root()
		}
		for l := 0; len(level) > 0; l++ {
			var up []byte
			for i := 0; len(level) > 0; i++ {
				b := level[:min(len(level), 8192)]
				if _, err := tx.Exec(`update log_tile set hashes = $3 where level = $1 and idx = $2`, l, i, b); err != nil {
					return err
				}
				if len(b) == 8192 {
					h, _ := record.TileRoot(b)
					up = append(up, h[:]...)
				}
				level = level[len(b):]
			}
			level = up
		}
		if !sign {
			return nil
		}
		root := tree.Root()
		c := record.Checkpoint{Origin: w.signer.Name(), Size: size, Root: root, Extra: []string{"internal"}}
		if _, err := tx.Exec(`update log_state set root = $1, note = $2`, root[:],
			record.SignCheckpoint(c, w.signer)); err != nil {
			return err
		}
		sizes, err := store.All(tx, func(n *int64) []any { return []any{n} }, `select size from log_checkpoint`)
		for _, n := range sizes {
			note := record.SignCheckpoint(record.Checkpoint{Origin: w.signer.Name(), Size: n, Root: roots[n]}, w.signer)
			if _, err := tx.Exec(`update log_checkpoint set note = $2 where size = $1`, n, note); err != nil {
				return err
			}
		}
		return err
	}))
}

// TestWhoHoldsEveryKeyIsFound is promise I3 at the gate's size: who recomputes
// everything with all keys passes a check without memory (the control), and is found
// by the checkpoint that a witness remembers, and by the witness's old signatures.
func TestWhoHoldsEveryKeyIsFound(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		w.dump("before")
		r := rand.New(rand.NewPCG(5, 6))
		remembered := w.wit.last
		for range 5 {
			n := w.someEntry(r)
			for w.one(`select n + 0 from log_run where n <= $1 and n + size > $1`,
				n) > w.one(`select max(n) from log_run where seq < (select max(size) from log_checkpoint) and n is not null`) {
				n = w.someEntry(r) // only what the witness has signed
			}
			w.rewrite(n)
			w.must(entryNamed(n).check("rewritten, tree as it was", w.verify()))
			w.rebuild(false)
			w.wantAny(w.verify(), Checkpoint, TileKind)
			w.rebuild(true)
			w.wantAny(w.verify(), Witness)
			w.sql(`delete from log_cosignature`)
			if got := w.verify(); !got.OK() {
				w.Fatalf("the control found something without memory: %v", got.Differences)
			}
			w.wantAny(w.verify(func(o *Options) { o.Since = remembered }), History)
			w.wantAny(w.verify(func(o *Options) { o.Remembered = [][]byte{remembered} }), History)
			w.restore("before")
		}
		w.clean(w.verify(func(o *Options) { o.Since = remembered }))
	})
}

func (w *world) wantAny(r Report, kinds ...Kind) {
	w.Helper()
	if err := (want{kinds, ""}).check("", r); err != nil {
		w.Error(err)
	}
}

// TestAnOlderCopyIsFound is promise I4.
func TestAnOlderCopyIsFound(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		w.dump("tuesday")
		early := w.wit.last
		w.look(w.recs[1])
		w.publish()
		late := w.wit.last
		w.clean(w.verify(func(o *Options) { o.Since, o.Remembered = late, [][]byte{early} }))
		w.restore("tuesday")
		w.clean(w.verify()) // without memory nobody can tell
		w.clean(w.verify(func(o *Options) { o.Since = early }))
		w.wantAny(w.verify(func(o *Options) { o.Since = late }), Rollback)
		// Going on from the older copy to the same size and beyond does not hide it.
		w.another() // the one that was at work would not
		w.look(w.recs[2])
		w.publish()
		w.publish()
		w.wantAny(w.verify(func(o *Options) { o.Since = late }), History)
		// What another log or nobody signed is not taken for a memory.
		other, err := record.NewSigner("heed.test/log")
		w.must(err)
		w.wantAny(w.verify(func(o *Options) {
			o.Since = record.SignCheckpoint(record.Checkpoint{Origin: "heed.test/log", Size: 1}, other)
		}), Checkpoint)
		w.wantAny(w.verify(func(o *Options) { o.Since = []byte("nothing") }), Checkpoint)
	})
}

// TestErasedSaysNothing is promise I8: after an erasure all verifies, and the leaves
// that remain are those of no guess, not even of the very words that were written.
func TestErasedSaysNothing(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		rec := w.living(rand.New(rand.NewPCG(1, 1)))
		leaf := [32]byte(w.blob(`select leaf from entry where record = $1 and version = 1`, rec))
		sealed := bytes.Clone(w.blob(`select sealed from entry where record = $1 and version = 1`, rec))
		var h record.Header
		var words [][]byte
		w.must(w.store.View(w.ctx(), func(tx *store.Tx) error {
			var id []byte
			if err := tx.QueryRow(`select id, version, at, generation, room from entry where record = $1 and version = 1`, rec).
				Scan(&id, &h.Version, &h.At, &h.Generation, &h.Room); err != nil {
				return err
			}
			h.Org, h.Record, h.Entry = [16]byte(w.org.Bytes()), [16]byte(rec.Bytes()), [16]byte(id)
			key, err := w.vault.Key(tx, w.org, rec)
			if err != nil {
				return err
			}
			payload, again, err := key.RecordKey().OpenEntry(new(record.Scratch), h, sealed)
			if err != nil || again != leaf {
				return fmt.Errorf("the entry does not open before its erasure: %w", err)
			}
			words = [][]byte{bytes.Clone(payload), []byte("words 0"), []byte(rec.String()), []byte("9434765919"), sealed}
			return nil
		}))
		w.erase(rec)
		w.publish()
		r := w.verify()
		w.clean(r)
		if r.Erased != 18 {
			w.Fatalf("%+v", r)
		}
		// Every 16 bytes that the database holds, tried as blinder for every guess.
		tried := 0
		w.must(w.store.View(w.ctx(), func(tx *store.Tx) error {
			for _, q := range []string{`select id from entry`, `select record from entry`, `select leaf from entry`,
				`select sealed from entry where sealed is not null`,
				`select padding from log_run where padding is not null`, `select wrapped from record_key`,
				`select fingerprint from key_generation`, `select hashes from log_tile`} {
				blobs, err := store.All(tx, scanBytes, q)
				if err != nil {
					return err
				}
				for _, b := range blobs {
					for i := 0; i+16 <= len(b); i += 16 {
						for _, guess := range words {
							tried++
							if record.Leaf([16]byte(b[i:]), h, guess) == leaf {
								return fmt.Errorf("the erased leaf follows from %q and a blinder in the database", guess)
							}
						}
					}
				}
			}
			return nil
		}))
		w.Logf("%d guesses, none right", tried)
		// Putting the old rows back does not bring it back, and is found.
		w.sql(`insert into record_key (record, org, generation, wrapped) values ($1, $2, 1, $3)`, rec, w.org,
			bytes.Repeat([]byte{1}, record.WrappedSize))
		w.wantAny(w.verify(), Record)
	})
}

// TestServed checks a log over HTTP: the good one, and each of its tiles altered.
func TestServed(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		alter := ""
		srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
			path := strings.TrimPrefix(q.URL.Path, "/log/")
			var b []byte
			var err error
			if path == "checkpoint" {
				b, err = w.log.Checkpoint(q.Context())
			} else {
				b, err = w.log.Tile(q.Context(), path)
			}
			if err != nil {
				http.NotFound(rw, q)
				return
			}
			if path == alter {
				b[len(b)/2] ^= 1
			}
			_, _ = rw.Write(b)
		}))
		defer srv.Close()
		check := func(since []byte) Report {
			r, err := Installation(w.ctx(), Options{HTTP: srv.URL, Log: w.signer.Verifier(), Witnesses: w.o.Witnesses,
				Since: since})
			w.must(err)
			return r
		}
		first := w.wit.last
		w.look(w.recs[3])
		w.publish()
		r := check(first)
		w.clean(r)
		if r.Size != r.Public || r.Size < 256 || len(r.Witnessed) != 1 || len(r.Warnings) == 0 {
			w.Fatalf("%+v", r)
		}
		cp, err := record.PeekCheckpoint(w.wit.last)
		w.must(err)
		for _, tile := range record.NewTiles(0, cp.Size) {
			alter = tile.Path()
			w.must((want{[]Kind{TileKind}, alter}).check("a served tile altered", check(nil)))
		}
		alter = "checkpoint"
		w.wantAny(check(nil), Checkpoint)
		if _, err := Installation(w.ctx(), Options{HTTP: "http://127.0.0.1:1"}); err == nil {
			w.Error("nobody there, and no error")
		}
	})
}

// TestBesideWriters: a check that runs while the installation is at work finds nothing.
func TestBesideWriters(t *testing.T) {
	each(t, func(w *world) {
		w.live()
		stop, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				w.look(w.recs[i%5])
				if i%3 == 0 {
					_, _ = w.log.Sequence(w.ctx())
				}
				if i%40 == 39 && i/40 < 20 {
					w.erase(w.recs[10+i/40])
				}
				if i%50 == 49 {
					_ = w.log.Publish(w.ctx())
				}
			}
		}()
		defer func() { <-done }()
		defer close(stop)
		until := time.Now().Add(2 * time.Second)
		n := 0
		for ; time.Now().Before(until); n++ {
			w.clean(w.verify())
		}
		w.Logf("%d checks beside a writer", n)
	})
}

package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// batch is how many entries one step numbers: few enough that the writer of
// SQLite, who has to write the step, is not held up.
const batch = 2048

// errMoved: another sequencer took the turn between reading and writing.
var errMoved = errors.New("ledger: another sequencer was here first")

// run is size leaves in a row: entries n …, or padding under blinders.
type run struct {
	seq, size, n int64
	blinders     []byte // padding; nil for entries
}

// move is one step of the tree, worked out in full before anything is written.
type move struct {
	from    int64 // the size that it was worked out from
	entries int
	leaves  [][32]byte // of those entries
	runs    []run
	tiles   map[tileID][]byte
	edge    record.Edge
	signed  signed // the tree that it makes
	// For the public; nil and 0 when the step only numbers.
	public     []byte
	publicSize int64
	changed    *Step
}

// Sequence numbers what has been committed, in insertion order, and gives how
// many entries it numbered. It is run by Run; calling it besides does no harm.
func (l *Log) Sequence(ctx context.Context) (int, error) {
	total := 0
	for {
		_, n, err := l.turn(ctx, false)
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

// Publish brings everything that has been committed to the public now, in as many
// beats as that takes. For commands and tests; Run does one beat at a time.
func (l *Log) Publish(ctx context.Context) error {
	for {
		if err := l.publishOnce(ctx); err != nil {
			return err
		}
		var all bool
		err := l.store.View(ctx, func(tx *store.Tx) (err error) { all, err = l.everythingPublic(tx); return err })
		if err != nil || all {
			return err
		}
	}
}

// publishOnce is one beat: it numbers what has been committed and lets the public see
// a tree that is larger by the step of the day (pace.go).
func (l *Log) publishOnce(ctx context.Context) error {
	if _, err := l.Sequence(ctx); err != nil {
		return err
	}
	for {
		ran, _, err := l.turn(ctx, true)
		if err != nil {
			return err
		}
		if ran {
			break
		}
		select { // another process is numbering: it takes milliseconds
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	select {
	case l.push <- struct{}{}:
	default: // the witnesses have been told already
	}
	return nil
}

// turn takes one step if nobody else is taking one. The lock on log_state, and
// the size that the step started from, hold even when Exclusive does not.
func (l *Log) turn(ctx context.Context, publish bool) (ran bool, n int, err error) {
	if err := l.Trouble(); err != nil {
		return false, 0, err
	}
	ran, err = l.inTurn(ctx, turnNumber, func(ctx context.Context) error {
		n, err = l.advance(ctx, publish)
		return err
	})
	if fail.Is(err, fail.Tampered) {
		l.stop(err)
	}
	return ran, n, err
}

func (l *Log) stop(err error) {
	var e *fail.Error
	if errors.As(err, &e) && l.trouble.CompareAndSwap(nil, e) {
		l.o.Log.Error("the log has stopped: nothing is signed any more", "why", err)
	}
}

func (l *Log) advance(ctx context.Context, publish bool) (int, error) {
	for range 20 {
		s, err := l.plan(ctx, publish)
		if err != nil || len(s.runs) == 0 && s.public == nil {
			return 0, err
		}
		err = l.store.Do(ctx, func(tx *store.Tx) error { return l.write(tx, s) })
		if errors.Is(err, errMoved) {
			continue
		}
		if err != nil {
			return 0, err
		}
		l.fresh.numbered(s.leaves...)
		l.saw(s.signed)
		if s.public != nil {
			_ = l.keep(s.public) // Kept says so
		}
		return s.entries, nil
	}
	return 0, fail.Wrap(fail.Busy, errMoved, "The service is busy.%s Try again in a minute", fail.NotSaved)
}

// sign signs a tree for the log itself.
func (l *Log) sign(e record.Edge) signed {
	c := record.Checkpoint{Origin: l.o.Origin, Size: e.Size(), Root: e.Root(), Extra: []string{internalMark}}
	return signed{Checkpoint: c, note: record.SignCheckpoint(c, l.signer)}
}

// plan reads and computes, holding no lock. What it reads may be old by the time
// it is written: write then finds another size and gives errMoved.
func (l *Log) plan(ctx context.Context, publish bool) (move, error) {
	var s move
	known, err := l.known(publish)
	if err != nil {
		return s, err
	}
	var st state
	err = l.store.View(ctx, func(tx *store.Tx) (err error) {
		if st, err = l.load(tx); err == nil {
			err = begins(tx, st, known...)
		}
		if err != nil {
			return err
		}
		s = move{from: st.edge.Size(), edge: st.edge, tiles: map[tileID][]byte{}}
		if err = s.number(tx); err == nil && publish {
			err = l.publish(tx, st.public, &s)
		}
		s.signed = l.sign(s.edge)
		return err
	})
	if err == nil && st.signed.note != nil {
		l.saw(st.signed) // another process may have numbered, or the last step could not be kept
	}
	return s, err
}

// number gives a place to what waits, in insertion order, one run of numbers at a time.
func (s *move) number(tx *store.Tx) error {
	waits, err := store.All(tx, scanInt, `select n from entry_pending order by n limit $1`, batch)
	if err != nil {
		return fmt.Errorf("read pending: %w", err)
	}
	s.entries = len(waits)
	for len(waits) > 0 {
		r := run{seq: s.edge.Size(), size: 1, n: waits[0]}
		for r.size < int64(len(waits)) && waits[r.size] == r.n+r.size {
			r.size++
		}
		waits = waits[r.size:]
		leaves, err := store.All(tx, scanBytes, `select leaf from entry where n >= $1 and n < $2 order by n`, r.n, r.n+r.size)
		if err != nil {
			return fmt.Errorf("read leaves: %w", err)
		}
		if int64(len(leaves)) != r.size {
			return unsound(nil, "of entries %d to %d some were taken away before they had a place", r.n, r.n+r.size-1)
		}
		for _, leaf := range leaves {
			if len(leaf) != hashSize {
				return unsound(nil, "among entries %d to %d is one without a leaf", r.n, r.n+r.size-1)
			}
			s.leaves = append(s.leaves, [32]byte(leaf))
			s.append([32]byte(leaf))
		}
		s.runs = append(s.runs, r)
	}
	return nil
}

// append adds a leaf to the tree and notes each tile that it touches.
func (s *move) append(leaf [32]byte) {
	s.edge.Append(record.LeafHash(leaf), func(t record.Tile, hashes []byte) { s.tiles[tileID{t.Level, t.Index}] = hashes })
}

// paddingLeaves are the leaves that blinders make.
func paddingLeaves(blinders []byte) func(yield func([32]byte) bool) {
	return func(yield func([32]byte) bool) {
		for b := range slices.Chunk(blinders, record.BlinderSize) {
			if len(b) < record.BlinderSize || !yield(record.PaddingLeaf([record.BlinderSize]byte(b))) {
				return
			}
		}
	}
}

// write puts a step into the database, all of it or nothing: numbers, tiles,
// state and, for the public, the checkpoint. Killed before the commit, nothing
// has happened; after it, everything has.
func (l *Log) write(tx *store.Tx, s move) error {
	if err := tx.EndWhenSilent(5 * time.Second); err != nil {
		return err
	}
	if err := lock(tx, s.from); err != nil {
		return err
	}
	if err := writeRuns(tx, s); err != nil {
		return err
	}
	// In one order always, so that two who write cannot wait for each other.
	for _, at := range slices.SortedFunc(maps.Keys(s.tiles), tileID.compare) {
		if err := tx.ChangeOne(`insert into log_tile (level, idx, hashes) values ($1, $2, $3)
			on conflict (level, idx) do update set hashes = excluded.hashes`, at.level, at.idx, s.tiles[at]); err != nil {
			return fmt.Errorf("write tile: %w", err)
		}
	}
	if err := tx.ChangeOne(`update log_state set size = $1, root = $2, note = $3 where id = 1`,
		s.signed.Size, hashBytes(s.signed.Root), s.signed.note); err != nil {
		return fmt.Errorf("write log state: %w", err)
	}
	if s.public == nil {
		return nil
	}
	return l.writePublic(tx, s, clock.Micros(tx.Now()))
}

// lock takes the turn in the database and makes sure that the step still fits.
func lock(tx *store.Tx, from int64) error {
	size, err := store.One(tx, scanInt, `select size from log_state where id = 1`+tx.ForUpdate())
	if err != nil {
		return fmt.Errorf("lock log state: %w", err)
	}
	if size != from {
		return errMoved
	}
	return nil
}

// writeRuns numbers entries. Exactly what was planned leaves the waiting rows: an
// entry with a smaller n that commits late (PostgreSQL) keeps waiting.
func writeRuns(tx *store.Tx, s move) error {
	for _, r := range s.runs {
		var n, padding any
		if r.blinders == nil {
			n = r.n
		} else {
			padding = r.blinders
		}
		if padding == nil {
			if err := unnumbered(tx, r); err != nil {
				return err
			}
		}
		err := tx.ChangeOne(`insert into log_run (seq, size, n, padding) values ($1, $2, $3, $4)`, r.seq, r.size, n, padding)
		if store.IsUnique(err) {
			return unsound(err, "leaf %d has been given away already", r.seq)
		}
		if err != nil {
			return fmt.Errorf("write run: %w", err)
		}
		if padding != nil {
			continue
		}
		gone, err := tx.Exec(`delete from entry_pending where n >= $1 and n < $2`, r.n, r.n+r.size)
		if err != nil {
			return fmt.Errorf("take from pending: %w", err)
		}
		if gone != r.size {
			return errMoved
		}
	}
	return nil
}

// unnumbered makes sure that no entry of a run has a place already: somebody with
// SQL could have put it back among those that wait.
func unnumbered(tx *store.Tx, r run) error {
	end, err := store.One(tx, scanInt, `select n + size from log_run where n < $1 order by n desc limit 1`, r.n+r.size)
	if fail.Is(err, fail.Missing) || err == nil && end <= r.n {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read numbering: %w", err)
	}
	return unsound(nil, "an entry of numbers %d to %d has a place already", r.n, r.n+r.size-1)
}

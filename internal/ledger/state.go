package ledger

import (
	"cmp"
	"errors"
	"fmt"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// internalMark is the extension line of checkpoints that are kept and never
// published. It sets their signatures apart from those of public ones.
const internalMark = "internal"

// state is the tree as the database says it stands, checked.
type state struct {
	edge   record.Edge
	signed signed            // as it was signed at the last step
	public record.Checkpoint // the last published; size 0 when there is none
}

type stateRow struct {
	size int64
	root []byte
	note []byte
}

func scanState(r *stateRow) []any { return []any{&r.size, &r.root, &r.note} }

// load reads the tree and checks that its parts agree: what was signed at the
// last step, the tiles at the edge, and the last public checkpoint. Anything else
// is fail.Tampered, which stops the sequencer for good.
func (l *Log) load(tx *store.Tx) (state, error) {
	var s state
	row, err := store.One(tx, scanState, `select size, root, note from log_state where id = 1`)
	switch {
	case fail.Is(err, fail.Missing):
		return s, unsound(err, "the state of the tree is not there")
	case err != nil:
		return s, fmt.Errorf("read log state: %w", err)
	case row.size == 0 && row.note == nil: // nothing has been numbered yet
		s.signed.Checkpoint = record.Checkpoint{Origin: l.o.Origin, Root: record.EmptyRoot()}
	default:
		c, err := l.ours(row.note, internalMark)
		if err != nil || c.Size != row.size || string(c.Root[:]) != string(row.root) {
			return s, unsound(err, "the tree of %d leaves is not the one that was signed", row.size)
		}
		s.signed = signed{Checkpoint: c, note: row.note}
	}
	if s.edge, err = record.OpenEdge(row.size, whole(tx)); errors.Is(err, record.ErrTile) {
		return s, unsound(err, "the tiles at the edge are not those of %d leaves", row.size)
	}
	if err != nil {
		return s, err
	}
	if s.edge.Root() != s.signed.Root {
		return s, unsound(nil, "the tiles of %d leaves do not give the root that was signed", row.size)
	}
	if s.public, err = l.lastPublic(tx); err != nil {
		return s, err
	}
	if s.public.Size > row.size {
		return s, unsound(nil, "%d leaves were published and %d are there", s.public.Size, row.size)
	}
	return s, nil
}

// whole reads tiles as they are stored, whatever their length.
func whole(tx *store.Tx) record.TileReader {
	return func(path string) ([]byte, error) {
		t, err := record.ParseTilePath(path)
		if err != nil {
			return nil, err
		}
		return readTile(tx, tileID{t.Level, t.Index})
	}
}

const hashSize = len(record.Hash{})

// tileID names a stored tile. Level 0 holds leaf hashes.
type tileID struct {
	level int
	idx   int64
}

func (a tileID) compare(b tileID) int {
	return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.idx, b.idx))
}

// readTile gives a stored tile; one that is not there is unsound.
func readTile(tx *store.Tx, at tileID) ([]byte, error) {
	b, err := store.One(tx, scanBytes, `select hashes from log_tile where level = $1 and idx = $2`, at.level, at.idx)
	if fail.Is(err, fail.Missing) {
		return nil, unsound(err, "tile %d of level %d is not there", at.idx, at.level)
	}
	if err != nil {
		return nil, fmt.Errorf("read tile: %w", err)
	}
	return b, nil
}

func scanBytes(b *[]byte) []any { return []any{b} }

// tileReader reads tiles for proofs: from fresh first, which is about to be
// written. A partial tile is the beginning of what is stored.
func tileReader(tx *store.Tx, fresh map[tileID][]byte) record.TileReader {
	return func(path string) ([]byte, error) {
		t, err := record.ParseTilePath(path)
		if err != nil {
			return nil, err
		}
		at := tileID{t.Level, t.Index}
		b, ok := fresh[at]
		if !ok {
			if b, err = readTile(tx, at); err != nil {
				return nil, err
			}
		}
		if len(b) < t.Width*hashSize {
			return nil, unsound(nil, "%s holds %d bytes", path, len(b))
		}
		return b[:t.Width*hashSize], nil
	}
}

// lastPublic is the last published checkpoint, its signature verified.
func (l *Log) lastPublic(tx *store.Tx) (record.Checkpoint, error) {
	p, err := readPublished(tx)
	if fail.Is(err, fail.Missing) {
		return record.Checkpoint{Origin: l.o.Origin, Root: record.EmptyRoot()}, nil
	}
	if err != nil {
		return record.Checkpoint{}, err
	}
	c, err := l.ours(p.note)
	if err != nil || c.Size != p.size {
		return c, unsound(err, "the last public checkpoint, of %d leaves, was not signed by this log", p.size)
	}
	return c, nil
}

// SignedByAnother says whether what stands in the database was signed by another key
// than this one, and for which log: its state and its last public checkpoint both bear
// no signature by it and another name. What was signed for this log and changed since is not that.
func SignedByAnother(tx *store.Tx, key record.Verifier) (origin string, yes bool, err error) {
	notes, err := store.All(tx, scanBytes, `select note from log_state where note is not null and size > 0
		union all select note from (select note from log_checkpoint order by size desc limit 1) c`)
	if err != nil {
		return "", false, fmt.Errorf("read what was signed: %w", err)
	}
	for _, note := range notes {
		if _, _, err := record.OpenCheckpoint(note, key); !errors.Is(err, record.ErrUnsigned) {
			return "", false, nil
		}
		c, err := record.PeekCheckpoint(note)
		if err == nil && c.Origin == key.Name() {
			return "", false, nil // of this log: damaged, which is for those who look at the log to say
		}
		if err == nil {
			origin = c.Origin
		}
	}
	return origin, origin != "", nil
}

const wordsUnsound = "The log of entries does not agree with what was signed. Entries go on being written. Nothing " +
	"is signed until somebody has found out why"

// unsound is the failure after which nothing is signed: the state is not known.
func unsound(cause error, format string, args ...any) *fail.Error {
	return fail.Wrap(fail.Tampered, errors.Join(fmt.Errorf("ledger: "+format, args...), cause), wordsUnsound)
}

func hashBytes(h record.Hash) []byte { return h[:] }

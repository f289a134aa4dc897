package verify

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// tileSource reads tiles from the table, each in a view that stays open, from
// several goroutines at once. Tiles are only ever appended to, so views begun at
// different times agree on what the checked tree holds.
type tileSource struct {
	ask  chan tileAsk
	done sync.WaitGroup
	ctx  context.Context

	gently bool
	failed atomic.Int64 // reads: past mostMissed nothing is asked any more
	last   atomic.Value // answer to the last of them
}

type tileAsk struct {
	tile   record.Tile
	answer chan tileAnswer
}

type tileAnswer struct {
	hashes []byte
	err    error
}

var errNoTile = errors.New("it is not there")

func openTiles(ctx context.Context, s *store.Store, readers int, gently bool) *tileSource {
	t := &tileSource{ask: make(chan tileAsk), ctx: ctx, gently: gently}
	for range readers {
		t.done.Go(func() { t.serve(s) })
	}
	return t
}

// serve answers until the source is closed. A statement that fails ends its view, so
// a new one is begun; gently, each answer has a view of its own, because one that is
// held open keeps the store from tidying up.
func (t *tileSource) serve(s *store.Store) {
	for a := range t.ask {
		answered := false
		err := s.View(t.ctx, func(tx *store.Tx) error {
			for more := true; more; {
				b, err := readTile(tx, a.tile)
				if err != nil && !errors.Is(err, errNoTile) {
					return err // the view gives it its kind
				}
				a.answer <- tileAnswer{b, err}
				answered = true
				if t.gently {
					return nil
				}
				if a, more = <-t.ask; more {
					answered = false
				}
			}
			return nil
		})
		if err != nil && !answered { // or no view can be had
			a.answer <- tileAnswer{nil, err}
		}
	}
}

func (t *tileSource) close() {
	close(t.ask)
	t.done.Wait()
}

// read is a record.TileReader.
func (t *tileSource) read(path string) ([]byte, error) {
	tile, err := record.ParseTilePath(path)
	if err != nil {
		return nil, err
	}
	if t.failed.Load() > mostMissed {
		return nil, t.last.Load().(tileAnswer).err
	}
	a := tileAsk{tile, make(chan tileAnswer, 1)}
	select {
	case t.ask <- a:
	case <-t.ctx.Done():
		return nil, t.ctx.Err()
	}
	got := <-a.answer
	if got.err != nil && !errors.Is(got.err, errNoTile) {
		t.last.Store(got)
		t.failed.Add(1)
	}
	return got.hashes, got.err
}

const selectTile = `select hashes from log_tile where level = $1 and idx = $2`

// readTile gives a tile as wide as it is asked for: what is stored may have grown
// since the checked tree was signed. A width that is stored and not whole is given as it is.
func readTile(tx *store.Tx, t record.Tile) ([]byte, error) {
	b, err := store.One(tx, scanBytes, selectTile, t.Level, t.Index)
	if fail.Is(err, fail.Missing) {
		return nil, errNoTile
	}
	if err != nil {
		return nil, err
	}
	if len(b)%len(record.Hash{}) == 0 && len(b) <= record.TileWidth*len(record.Hash{}) {
		b = b[:min(len(b), t.Width*len(record.Hash{}))]
	}
	return b, nil
}

func scanBytes(b *[]byte) []any { return []any{b} }

// leaves are the tiles of level 0 that a part of the check looks at, read as needed.
type leaves struct {
	tx    *store.Tx
	size  int64
	tiles map[int64][]byte // nil: not there
}

// load reads the tiles of leaves from … to-1, in one query where they are many.
func (l *leaves) load(from, to int64) error {
	to = min(to, l.size)
	for lo := max(from, 0) / record.TileWidth; lo*record.TileWidth < to; {
		if _, ok := l.tiles[lo]; ok {
			lo++
			continue
		}
		hi := min(lo+64, (to-1)/record.TileWidth)
		type row struct {
			idx    int64
			hashes []byte
		}
		rows, err := store.All(l.tx, func(r *row) []any { return []any{&r.idx, &r.hashes} },
			`select idx, hashes from log_tile where level = 0 and idx >= $1 and idx <= $2`, lo, hi)
		if err != nil {
			return err
		}
		for i := lo; i <= hi; i++ {
			l.tiles[i] = nil
		}
		for _, r := range rows {
			l.tiles[r.idx] = r.hashes
		}
		lo = hi + 1
	}
	return nil
}

// hash is the tree's hash of a leaf; ok is false when no tile says it.
func (l *leaves) hash(leaf int64) (h record.Hash, ok bool) {
	b := l.tiles[leaf/record.TileWidth]
	i := int(leaf%record.TileWidth) * len(h)
	if leaf < 0 || leaf >= l.size || i+len(h) > len(b) {
		return h, false
	}
	return record.Hash(b[i:]), true
}

// forget keeps memory bounded between chunks.
func (l *leaves) forget() {
	if len(l.tiles) > 1024 {
		clear(l.tiles)
	}
}

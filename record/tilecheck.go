package record

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// TileReader gives the bytes of the tile at a path, or an error. VerifyTiles calls
// it from several goroutines at once. The bytes are not kept or changed.
type TileReader = func(path string) ([]byte, error)

// TileFault is one tile that is not what the checkpoint commits to.
type TileFault struct {
	// Tile is the tile at fault. Its zero value (Width 0) means that the tiles agree with
	// each other and not with the checkpoint: it is the checkpoint of another tree.
	Tile Tile
	Why  string
	// Err is what the reader said, when the tile could not be read; nil when what was read is wrong.
	Err error
}

func (f TileFault) Error() string {
	if f.Tile.Width == 0 {
		return "record: checkpoint: " + f.Why
	}
	return "record: " + f.Tile.Path() + ": " + f.Why
}

// Unwrap says that every fault is of the class ErrTile, and why the tile could not be read.
func (f TileFault) Unwrap() []error { return []error{ErrTile, f.Err} }

// VerifyTiles checks that every tile of the tree that cp commits to is there and
// right, and names the first that is not (lowest level, lowest index). It uses all
// cores and holds a few hundred tiles in memory whatever the size of the tree.
// progress, which may be nil, is called now and then with leaves done and in total.
func VerifyTiles(ctx context.Context, read TileReader, cp Checkpoint, progress func(done, total int64)) error {
	faults, err := CheckTiles(ctx, read, cp, progress)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return faults[0]
	}
	return nil
}

// maxFaults bounds what CheckTiles gathers: more say nothing new.
const maxFaults = 1000

// CheckTiles is VerifyTiles, but goes on and gives every tile at fault, in order.
// The error is for what stopped the check itself: ctx ended, cp makes no sense.
func CheckTiles(ctx context.Context, read TileReader, cp Checkpoint, progress func(done, total int64)) ([]TileFault,
	error) {
	if cp.Size < 0 || cp.Size > MaxSize {
		return nil, fmt.Errorf("%w: tree size", ErrFormat)
	}
	if cp.Size == 0 {
		if cp.Root != EmptyRoot() {
			return []TileFault{{Why: "the root of an empty tree is another"}}, nil
		}
		return nil, ctx.Err()
	}
	if progress == nil {
		progress = func(_, _ int64) {}
	}
	c := &tileCheck{ctx: ctx, read: read, size: cp.Size, progress: progress, work: make(chan tileRun, 4)}
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(c.worker)
	}
	for _, e := range c.edge(cp) {
		c.descend(e.tile, e.hashes)
	}
	close(c.work)
	wg.Wait()
	slices.SortFunc(c.faults, func(a, b TileFault) int {
		return cmp.Or(cmp.Compare(b.order(), a.order()), cmp.Compare(a.Tile.Level, b.Tile.Level),
			cmp.Compare(a.Tile.Index, b.Tile.Index))
	})
	return c.faults, ctx.Err()
}

// order puts faults of tiles before the fault of the whole.
func (f TileFault) order() int { return min(f.Tile.Width, 1) }

type tileCheck struct {
	ctx      context.Context
	read     TileReader
	size     int64
	progress func(done, total int64)
	done     atomic.Int64
	work     chan tileRun

	mu     sync.Mutex // guards faults
	faults []TileFault
}

// tileRun is work for one goroutine: full tiles of level 0 and the hashes they must have.
type tileRun struct {
	first  int64
	hashes []byte
}

const runLength = 32

const wrongRoot = "does not have the root that the tile above it states"

func (c *tileCheck) fault(t Tile, why string) { c.add(TileFault{Tile: t, Why: why}) }

func (c *tileCheck) add(f TileFault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.faults) < maxFaults {
		c.faults = append(c.faults, f)
	}
}

// fetch reads a tile of the stated width; for a partial tile that is gone, the
// beginning of the full one, as tlog-tiles allows.
func fetch(read TileReader, t Tile) ([]byte, *TileFault) {
	want := t.Width * len(Hash{})
	b, err := read(t.Path())
	if err != nil && t.Width < TileWidth {
		if full, err2 := read(TilePath(t.Level, t.Index, TileWidth)); err2 == nil && len(full) == TileWidth*len(Hash{}) {
			return full[:want], nil
		}
	}
	switch {
	case err != nil:
		return nil, &TileFault{t, "cannot be read: " + err.Error(), err}
	case len(b) != want:
		return nil, &TileFault{Tile: t, Why: fmt.Sprintf("has %d bytes in place of %d", len(b), want)}
	}
	return b, nil
}

type edgeTile struct {
	tile   Tile
	hashes []byte
}

// edge reads the partial tiles that make up the root and says which can be trusted:
// as stored when they give the signed root; else as rebuilt from the tiles below.
func (c *tileCheck) edge(cp Checkpoint) []edgeTile {
	var stored []edgeTile
	whole := true
	for _, t := range edge(c.size) {
		b, fault := fetch(c.read, t)
		if fault != nil {
			c.add(*fault)
			whole = false
		}
		stored = append(stored, edgeTile{t, b})
	}
	if whole && edgeRoot(stored) == cp.Root {
		c.count(stored)
		return stored
	}
	rebuilt := make([]edgeTile, 0, len(stored))
	differs := false
	for _, e := range stored {
		b := e.hashes
		if e.tile.Level > 0 {
			var ok bool
			if b, ok = c.rebuild(e.tile); !ok {
				return nil // a tile below is missing too and has been named
			}
			if e.hashes != nil && !bytes.Equal(b, e.hashes) {
				differs = true
				c.fault(e.tile, "contradicts the tiles below it")
			}
		} else if b == nil {
			return nil
		}
		rebuilt = append(rebuilt, edgeTile{e.tile, b})
	}
	if edgeRoot(rebuilt) == cp.Root || (differs && !whole) {
		c.count(rebuilt)
		return rebuilt
	}
	c.unexplained(rebuilt)
	return rebuilt
}

// unexplained is a tree that agrees with itself and not with the signed root. Only
// the partial tile of level 0 has no other copy of what it says, so it is named if
// there is one; who rewrote the whole tree gives the same picture.
func (c *tileCheck) unexplained(edge []edgeTile) {
	if edge[0].tile.Level == 0 {
		c.fault(edge[0].tile, "the signed root does not follow from it (or from any tile: the whole tree may be another)")
		return
	}
	c.fault(Tile{}, "the signed root is not the root of these tiles")
}

func (c *tileCheck) count(edge []edgeTile) {
	if e := edge[0]; e.tile.Level == 0 {
		c.progress(c.done.Add(int64(e.tile.Width)), c.size)
	}
}

// edgeRoot is the root of a tree whose right edge is given, lowest level first.
func edgeRoot(edge []edgeTile) Hash {
	var t Tree
	for _, e := range slices.Backward(edge) {
		for b := e.hashes; len(b) > 0; b = b[len(Hash{}):] {
			t.add(TileHeight*e.tile.Level, Hash(b))
		}
	}
	return t.Root()
}

// rebuild makes a tile from the tiles below it.
func (c *tileCheck) rebuild(t Tile) ([]byte, bool) {
	out := make([]byte, 0, t.Width*len(Hash{}))
	whole := true
	for i := range int64(t.Width) {
		child := Tile{t.Level - 1, t.Index*TileWidth + i, TileWidth}
		b, fault := fetch(c.read, child)
		if fault != nil {
			c.add(*fault)
			whole = false
			continue
		}
		h := subtreeRoot(b)
		out = append(out, h[:]...)
	}
	return out, whole
}

// descend checks everything below a tile whose hashes are trusted.
func (c *tileCheck) descend(t Tile, hashes []byte) {
	switch t.Level {
	case 0:
		return
	case 1:
		for i := 0; i < t.Width; i += runLength {
			n := min(runLength, t.Width-i)
			run := tileRun{t.Index*TileWidth + int64(i), hashes[i*len(Hash{}) : (i+n)*len(Hash{})]}
			select {
			case c.work <- run:
			case <-c.ctx.Done():
				return
			}
		}
		return
	}
	for i := range t.Width {
		if c.ctx.Err() != nil {
			return
		}
		child := Tile{t.Level - 1, t.Index*TileWidth + int64(i), TileWidth}
		want := Hash(hashes[i*len(Hash{}):])
		if b := c.trusted(child, want); b != nil {
			c.descend(child, b)
		}
	}
}

// trusted gives the hashes of a tile that has the stated root: as stored, or as
// rebuilt from below when only the stored copy is at fault.
func (c *tileCheck) trusted(t Tile, root Hash) []byte {
	b, fault := fetch(c.read, t)
	if fault == nil {
		if subtreeRoot(b) == root {
			return b
		}
		fault = &TileFault{Tile: t, Why: wrongRoot}
	}
	c.add(*fault)
	if b, ok := c.rebuild(t); ok && subtreeRoot(b) == root {
		return b
	}
	return nil
}

// worker checks runs of full tiles of level 0.
func (c *tileCheck) worker() {
	for run := range c.work {
		if c.ctx.Err() != nil {
			continue // empty the channel so that the producer ends
		}
		n := len(run.hashes) / len(Hash{})
		for i := range n {
			t := Tile{0, run.first + int64(i), TileWidth}
			b, fault := fetch(c.read, t)
			if fault == nil && subtreeRoot(b) != Hash(run.hashes[i*len(Hash{}):]) {
				fault = &TileFault{Tile: t, Why: wrongRoot}
			}
			if fault != nil {
				c.add(*fault)
			}
		}
		c.progress(c.done.Add(int64(n)*TileWidth), c.size)
	}
}

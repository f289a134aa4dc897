package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"heed/record"
)

// reference is a tree kept by golang.org/x/mod/sumdb/tlog, which shares no code with ours.
type reference struct {
	n      int64
	hashes []tlog.Hash
}

func (r *reference) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = r.hashes[x]
	}
	return out, nil
}

func (r *reference) append(t testing.TB, leaf [32]byte) {
	hs, err := tlog.StoredHashes(r.n, leaf[:], r)
	must(t, err)
	r.hashes = append(r.hashes, hs...)
	r.n++
}

func (r *reference) root(t testing.TB, n int64) record.Hash {
	h, err := tlog.TreeHash(n, r)
	must(t, err)
	return record.Hash(h)
}

func testLeaf(i int) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte("leaf"), uint64(i)))
}

// store of tiles in memory, fed in batches as the sequencer does.
type shelf map[tileID][]byte

func (s shelf) read(path string) ([]byte, error) {
	t, err := record.ParseTilePath(path)
	if err != nil {
		return nil, err
	}
	b := s[tileID{t.Level, t.Index}]
	if len(b) < t.Width*hashSize {
		return nil, fmt.Errorf("no %s", path)
	}
	return b[:t.Width*hashSize], nil
}

func TestTheTreeIsTheOneThatTlogBuilds(t *testing.T) {
	const n = 66_300 // past the first tile of level 2
	ref := &reference{}
	var e record.Edge
	tiles := shelf{}
	for i := range n {
		leaf := testLeaf(i)
		changed := map[tileID][]byte{}
		e.Append(record.LeafHash(leaf), func(t record.Tile, hashes []byte) { changed[tileID{t.Level, t.Index}] = hashes })
		for at, b := range changed {
			tiles[at] = append([]byte(nil), b...)
		}
		ref.append(t, leaf)
		if i < 1030 || i%509 == 0 || i > n-20 || i&(i+1) == 0 {
			if e.Root() != ref.root(t, e.Size()) {
				t.Fatalf("at %d leaves the roots differ", e.Size())
			}
			again, err := record.OpenEdge(e.Size(), tiles.read)
			must(t, err)
			if again.Root() != e.Root() {
				t.Fatalf("at %d leaves the edge that is read has another root", e.Size())
			}
		}
	}
	for at, b := range tiles {
		ours := tlog.Tile{H: record.TileHeight, L: at.level, N: at.idx, W: len(b) / hashSize}
		theirs, err := tlog.ReadTileData(ours, ref)
		must(t, err)
		if string(theirs) != string(b) {
			t.Fatalf("tile %s differs", ours.Path())
		}
	}
	root := ref.root(t, n)
	for _, old := range []int64{1, 16, 255, 256, 257, 4096, 65_535, 65_536, 65_537, 66_288, n} {
		proof, err := record.ConsistencyProof(tiles.read, old, n)
		must(t, err)
		must(t, record.VerifyConsistency(old, n, proof, ref.root(t, old), root))
		var p tlog.TreeProof
		for _, h := range proof {
			p = append(p, tlog.Hash(h))
		}
		must(t, tlog.CheckTree(p, n, tlog.Hash(root), old, tlog.Hash(ref.root(t, old))))
	}
}

func TestARunIsCutToTheLeavesAskedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := run{seq: rapid.Int64Range(0, 40).Draw(t, "seq"), size: rapid.Int64Range(1, 16).Draw(t, "size")}
		if rapid.Bool().Draw(t, "padding") {
			for i := range r.size * record.BlinderSize {
				r.blinders = append(r.blinders, byte(i/record.BlinderSize))
			}
		} else {
			r.n = 100
		}
		from := rapid.Int64Range(0, 60).Draw(t, "from")
		to := from + rapid.Int64Range(1, 30).Draw(t, "width")
		var want, got []int64 // what each leaf that is left stands for
		for i := range r.size {
			if leaf := r.seq + i; leaf >= from && leaf < to {
				want = append(want, r.n+i)
			}
		}
		c := r.cut(from, to)
		for i := range c.size {
			if r.blinders == nil {
				got = append(got, c.n+i)
			} else {
				got = append(got, int64(c.blinders[i*record.BlinderSize]))
			}
		}
		if !slices.Equal(got, want) || len(want) > 0 && c.seq != max(r.seq, from) {
			t.Fatalf("cut to %d…%d: %+v stands for %d, want %d", from, to-1, c, got, want)
		}
		if r.blinders != nil && len(want) > 0 && int64(len(c.blinders)) != c.size*record.BlinderSize {
			t.Fatalf("%d bytes of blinders for %d leaves", len(c.blinders), c.size)
		}
	})
}

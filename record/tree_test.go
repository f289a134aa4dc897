package record

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// store is a tree in both forms: Go's own sumdb implementation and tiles by path.
type store struct {
	hashes []tlog.Hash // tlog's stored hashes
	leaves []Hash
	tiles  map[string][]byte
	tree   Tree
}

func leafNumber(i int) (l [32]byte) {
	binary.BigEndian.PutUint64(l[:], uint64(i)*0x9e3779b97f4a7c15)
	return l
}

func (s *store) ReadHashes(idx []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(idx))
	for i, x := range idx {
		out[i] = s.hashes[x]
	}
	return out, nil
}

func (s *store) grow(t testing.TB, n int) {
	t.Helper()
	old := s.tree.Size()
	for i := int(old); i < n; i++ {
		leaf := leafNumber(i)
		hs, err := tlog.StoredHashes(int64(i), leaf[:], s)
		if err != nil {
			t.Fatal(err)
		}
		s.hashes = append(s.hashes, hs...)
		s.leaves = append(s.leaves, LeafHash(leaf))
		s.tree.AppendLeaf(leaf)
	}
	if s.tiles == nil {
		s.tiles = map[string][]byte{}
	}
	for _, tile := range NewTiles(old, int64(n)) {
		s.tiles[tile.Path()] = s.make(tile)
	}
}

// make makes a tile from what NewTiles promised to have written before it.
func (s *store) make(t Tile) []byte {
	var out []byte
	for i := range int64(t.Width) {
		n := t.Index*TileWidth + i
		if t.Level == 0 {
			out = append(out, s.leaves[n][:]...)
			continue
		}
		h, err := TileRoot(s.tiles[TilePath(t.Level-1, n, TileWidth)])
		if err != nil {
			panic(fmt.Sprint(t, err))
		}
		out = append(out, h[:]...)
	}
	return out
}

func (s *store) read(path string) ([]byte, error) {
	if b, ok := s.tiles[path]; ok {
		return b, nil
	}
	return nil, errors.New("no such tile")
}

func (s *store) checkpoint() Checkpoint {
	return Checkpoint{Origin: "heed.example/log", Size: s.tree.Size(), Root: s.tree.Root()}
}

var sizes = []int{0, 1, 2, 3, 5, 8, 9, 255, 256, 257, 300, 511, 512, 513, 1000, 65535, 65536, 65537, 66000, 70000}

func TestTreeAgreesWithSumdb(t *testing.T) {
	var s store
	for _, n := range sizes {
		s.grow(t, n)
		want, err := tlog.TreeHash(int64(n), &s)
		if err != nil {
			t.Fatal(err)
		}
		if s.tree.Root() != Hash(want) {
			t.Fatalf("root of %d leaves", n)
		}
		again, err := RestoreTree(s.tree.Size(), s.tree.Nodes())
		if err != nil || again.Root() != s.tree.Root() {
			t.Fatalf("restored tree of %d: %v", n, err)
		}
		if err := VerifyTiles(context.Background(), s.read, s.checkpoint(), nil); err != nil {
			t.Fatalf("tiles of %d: %v", n, err)
		}
	}
}

func TestProofsAgreeWithSumdb(t *testing.T) {
	var s store
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range sizes[1:] {
		s.grow(t, n)
		root, size := s.tree.Root(), int64(n)
		for range 20 {
			i := rng.Int64N(size)
			want, err := tlog.ProveRecord(size, i, &s)
			if err != nil {
				t.Fatal(err)
			}
			got, err := InclusionProof(s.read, i, size)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(hashes(want)) {
				t.Fatalf("inclusion of %d in %d: %v", i, n, err)
			}
			if err := VerifyInclusion(s.leaves[i], i, size, got, root); err != nil {
				t.Fatal(err)
			}
			old := 1 + rng.Int64N(size)
			wantTree, err := tlog.ProveTree(size, old, &s)
			if err != nil {
				t.Fatal(err)
			}
			got, err = ConsistencyProof(s.read, old, size)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(hashes(wantTree)) {
				t.Fatalf("consistency of %d with %d: %v", old, n, err)
			}
			oldRoot, err := RootFromTiles(s.read, old, size)
			if err != nil {
				t.Fatal(err)
			}
			if err := VerifyConsistency(old, size, got, oldRoot, root); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func hashes(in []tlog.Hash) []Hash {
	var out []Hash
	for _, h := range in {
		out = append(out, Hash(h))
	}
	return out
}

// TestForgedProofs is promise I5 at gate size and more: no forged proof is accepted,
// and sumdb's own verifier says the same of each.
func TestForgedProofs(t *testing.T) {
	var s store
	s.grow(t, 1000)
	rng := rand.New(rand.NewPCG(3, 4))
	root := s.tree.Root()
	refused := 0
	for range 10_000 {
		old := 1 + rng.Int64N(999)
		oldRoot, _ := RootFromTiles(s.read, old, 1000)
		proof, _ := ConsistencyProof(s.read, old, 1000)
		claim := old
		newRoot := root
		switch rng.IntN(7) {
		case 0:
			oldRoot[rng.IntN(32)] ^= 1 << rng.IntN(8)
		case 1:
			newRoot[rng.IntN(32)] ^= 1 << rng.IntN(8)
		case 2:
			if len(proof) == 0 {
				continue
			}
			proof[rng.IntN(len(proof))][rng.IntN(32)] ^= 1 << rng.IntN(8)
		case 3:
			if len(proof) == 0 {
				continue
			}
			proof = proof[:len(proof)-1]
		case 4:
			proof = append(proof, Hash{byte(rng.IntN(256))})
		case 5:
			claim = 1 + rng.Int64N(1000)
			if claim == old {
				continue
			}
		case 6:
			for i := range proof {
				for j := range proof[i] {
					proof[i][j] = byte(rng.Uint32())
				}
			}
			if len(proof) == 0 {
				continue
			}
		}
		err := VerifyConsistency(claim, 1000, proof, oldRoot, newRoot)
		if Class(err) != "proof" {
			t.Fatalf("forged proof from %d: %v", old, err)
		}
		if tlog.CheckTree(tproof(proof), 1000, tlog.Hash(newRoot), claim, tlog.Hash(oldRoot)) == nil {
			t.Fatalf("sumdb accepts what was refused here")
		}
		refused++
	}
	t.Logf("%d forged proofs refused, 0 accepted", refused)
}

func tproof(in []Hash) tlog.TreeProof {
	var out tlog.TreeProof
	for _, h := range in {
		out = append(out, tlog.Hash(h))
	}
	return out
}

func TestTilePaths(t *testing.T) {
	for path, want := range map[string]Tile{
		"tile/0/000":               {0, 0, 256},
		"tile/0/x001/x234/067":     {0, 1234067, 256},
		"tile/3/x001/000.p/1":      {3, 1000, 1},
		"tile/7/999.p/255":         {7, 999, 255},
		"tile/0/x001/x000/000.p/9": {0, 1000000, 9},
	} {
		got, err := ParseTilePath(path)
		if err != nil || got != want || got.Path() != path {
			t.Errorf("%s: %v %v", path, got, err)
		}
		// sumdb's paths carry the tile height in front.
		ref := tlog.Tile{H: 8, L: want.Level, N: want.Index, W: want.Width}
		if ref.Path() != strings.Replace(path, "tile/", "tile/8/", 1) {
			t.Errorf("sumdb writes %s", ref.Path())
		}
	}
	for _, path := range []string{"", "tile/", "tile/0", "tile/0/", "tile/00/000", "tile/8/000", "tile/0/00",
		"tile/0/0000", "tile/0/x000/001",
		"tile/0/001/002", "tile/0/x001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/",
		"tile/0/+01", "tile/0/٠٠١",
		"tile/0/000/", "/tile/0/000", "tile/-1/000", "tile/entries/000", "tile/0/x999/x999/x999/x999/x999/x999/999"} {
		if got, err := ParseTilePath(path); Class(err) != "format" {
			t.Errorf("%q is read as %v, %v", path, got, err)
		}
	}
}

// TestTileFaults flips, cuts and removes every kind of tile and expects its name.
func TestTileFaults(t *testing.T) {
	for _, n := range []int{1, 200, 256, 300, 512, 66000, 131072} {
		var s store
		s.grow(t, n)
		cp := s.checkpoint()
		edgePaths := map[string]bool{}
		for _, e := range edge(cp.Size) {
			edgePaths[e.Path()] = true
		}
		for _, tile := range sample(NewTiles(0, cp.Size)) {
			path := tile.Path()
			orig := s.tiles[path]
			for name, bad := range map[string][]byte{
				"flip":   flip(orig, len(orig)/3),
				"cut":    orig[:len(orig)-1],
				"empty":  {},
				"remove": nil,
				"swap":   swapped(orig),
			} {
				if bytes.Equal(bad, orig) && bad != nil {
					continue
				}
				tiles := maps.Clone(s.tiles)
				tiles[path] = bad
				if bad == nil {
					delete(tiles, path)
				}
				err := VerifyTiles(context.Background(), (&store{tiles: tiles}).read, cp, nil)
				var f TileFault
				if !errors.As(err, &f) || f.Tile.Path() != path {
					t.Fatalf("tree of %d, %s of %s: %v", n, name, path, err)
				}
			}
		}
		other := cp
		other.Root[5] ^= 1
		if err := VerifyTiles(context.Background(), s.read, other, nil); Class(err) != "tile" {
			t.Fatalf("tree of %d under another root: %v", n, err)
		}
	}
}

func sample(in []Tile) []Tile {
	var out []Tile
	for i, t := range in {
		if t.Level > 0 || t.Width < TileWidth || i%97 == 0 {
			out = append(out, t)
		}
	}
	return out
}

func flip(b []byte, i int) []byte {
	c := bytes.Clone(b)
	c[i] ^= 0x10
	return c
}

func swapped(b []byte) []byte {
	if len(b) < 64 {
		return b
	}
	return append(append(bytes.Clone(b[32:64]), b[:32]...), b[64:]...)
}

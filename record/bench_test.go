package record

import (
	"context"
	"encoding/binary"
	"sync"
	"testing"
)

// BenchmarkEntry opens an entry of 200 bytes, recomputes its leaf and adds it to a tree.
func BenchmarkEntry(b *testing.B) {
	k, h := mustKey(b), someHeader()
	sealed, _ := k.SealEntry(h, make([]byte, 200))
	var s Scratch
	var t Tree
	b.ReportAllocs()
	for b.Loop() {
		_, leaf, err := k.OpenEntry(&s, h, sealed)
		if err != nil {
			b.Fatal(err)
		}
		t.AppendLeaf(leaf)
	}
}

func BenchmarkLeaf(b *testing.B) {
	h := someHeader()
	sealed := make([]byte, 245)
	b.ReportAllocs()
	for b.Loop() {
		Leaf([16]byte{}, h, sealed)
	}
}

func BenchmarkOpenKey(b *testing.B) {
	raw := NewRecordKey()
	b.ReportAllocs()
	for b.Loop() {
		_, _ = OpenKey(raw)
	}
}

func BenchmarkUnwrap(b *testing.B) {
	w, _ := OpenWrapping(NewRecordKey())
	ctx := RecordKeyContext(someID(1), someID(2), 3)
	wrapped := w.Wrap(ctx, NewRecordKey())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Unwrap(ctx, wrapped); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealEntry(b *testing.B) {
	k, h := mustKey(b), someHeader()
	payload := make([]byte, 200)
	b.ReportAllocs()
	for b.Loop() {
		k.SealEntry(h, payload)
	}
}

// million is a tree of 1,000,000 leaves as tiles in memory.
var million = sync.OnceValues(func() (map[string][]byte, Checkpoint) {
	const n = 1_000_000
	var tree Tree
	tiles := map[string][]byte{}
	level := []byte{}
	for i := range n {
		var leaf [32]byte
		binary.BigEndian.PutUint64(leaf[:], uint64(i))
		h := LeafHash(leaf)
		tree.Append(h)
		level = append(level, h[:]...)
	}
	for l := 0; len(level) > 0; l++ {
		var up []byte
		for i := int64(0); len(level) > 0; i++ {
			w := min(TileWidth, len(level)/32)
			tiles[TilePath(l, i, w)] = level[:w*32]
			if w == TileWidth {
				h, _ := TileRoot(level[:w*32])
				up = append(up, h[:]...)
			}
			level = level[w*32:]
		}
		level = up
	}
	return tiles, Checkpoint{Origin: "heed.example/log", Size: n, Root: tree.Root()}
})

// BenchmarkVerifyTilesMillion is the hashing of a million leaves' tiles, without reading them.
func BenchmarkVerifyTilesMillion(b *testing.B) {
	tiles, cp := million()
	s := store{tiles: tiles}
	for b.Loop() {
		if err := VerifyTiles(context.Background(), s.read, cp, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/million")
}

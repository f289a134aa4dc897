package ledger

import (
	"cmp"

	"heed/record"
)

const (
	hashSize = len(record.Hash{})
	fullTile = record.TileWidth * hashSize
)

// edge is the right-hand side of the tree: the partial tile of each level, lowest
// first. It is all that appending needs.
type edge struct {
	size  int64
	tiles [][]byte
}

// tileID names a stored tile. Level 0 holds leaf hashes.
type tileID struct {
	level int
	idx   int64
}

func (a tileID) compare(b tileID) int {
	return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.idx, b.idx))
}

// levels is how many levels of tiles a tree of size leaves has.
func levels(size int64) int {
	n := 0
	for ; size > 0; size >>= record.TileHeight {
		n++
	}
	return n
}

// append adds a leaf hash and puts every tile that it touches into changed.
func (e *edge) append(leaf record.Hash, changed map[tileID][]byte) error {
	h := leaf
	for level := 0; ; level++ {
		if level == len(e.tiles) {
			e.tiles = append(e.tiles, nil)
		}
		tile := append(e.tiles[level], h[:]...)
		changed[tileID{level, e.size >> (record.TileHeight * (level + 1))}] = tile
		if len(tile) < fullTile {
			e.tiles[level] = tile
			break
		}
		e.tiles[level] = nil
		var err error
		if h, err = record.TileRoot(tile); err != nil {
			return err
		}
	}
	e.size++
	return nil
}

// root is the tree's root, folded from the right.
func (e *edge) root() record.Hash {
	if e.size == 0 {
		return record.EmptyRoot()
	}
	var acc record.Hash
	var some bool
	for _, tile := range e.tiles {
		for left := tile; len(left) > 0; {
			// The last complete subtree within the tile: as wide as the lowest set bit of what is left.
			n := len(left) / hashSize
			width := n & -n
			h := subtree(left[(n-width)*hashSize:])
			left = left[:(n-width)*hashSize]
			if some {
				h = record.NodeHash(h, acc)
			}
			acc, some = h, true
		}
	}
	return acc
}

// subtree is the root of a power of two of hashes.
func subtree(b []byte) record.Hash {
	n := len(b) / hashSize
	if n == 1 {
		return record.Hash(b)
	}
	half := n / 2 * hashSize
	return record.NodeHash(subtree(b[:half]), subtree(b[half:]))
}

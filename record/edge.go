package record

import "fmt"

// Edge is the right-hand side of a tree: the partial tile of each level. It is all that
// a writer needs to go on.
type Edge struct {
	tree  Tree
	tiles [][]byte // by level
}

// OpenEdge reads the edge of a tree of size leaves. A tile that is not exactly as long
// as that size says is ErrTile. Reading proves nothing: compare the root.
func OpenEdge(size int64, read TileReader) (Edge, error) {
	e := Edge{}
	var nodes []Hash
	for _, t := range edge(size) {
		b, err := read(t.Path())
		if err != nil {
			return e, err
		}
		if len(b) != t.Width*len(Hash{}) {
			return e, fmt.Errorf("%w: %s has %d bytes", ErrTile, t.Path(), len(b))
		}
		for len(e.tiles) < t.Level {
			e.tiles = append(e.tiles, nil)
		}
		e.tiles = append(e.tiles, b)
		nodes = append(whole(b), nodes...) // a higher level stands for what lies before
	}
	var err error
	e.tree, err = RestoreTree(size, nodes)
	return e, err
}

// whole are the roots of the complete subtrees that make up a partial tile, largest first.
func whole(tile []byte) (out []Hash) {
	for width := TileWidth / 2; width > 0; width /= 2 {
		if n := width * len(Hash{}); len(tile) >= n {
			out = append(out, subtreeRoot(tile[:n]))
			tile = tile[n:]
		}
	}
	return out
}

// Size is the number of leaves.
func (e *Edge) Size() int64 { return e.tree.Size() }

// Root is the tree's root.
func (e *Edge) Root() Hash { return e.tree.Root() }

// Append adds a leaf's hash and gives each tile that it touches, the lowest first, as it
// is now. The bytes are the edge's own: they are followed by others, never changed.
func (e *Edge) Append(leaf Hash, changed func(t Tile, hashes []byte)) {
	index, h := e.Size()/TileWidth, leaf
	for level := 0; ; level++ {
		if level == len(e.tiles) {
			e.tiles = append(e.tiles, nil)
		}
		tile := append(e.tiles[level], h[:]...)
		width := len(tile) / len(Hash{})
		changed(Tile{level, index, width}, tile)
		if width < TileWidth {
			e.tiles[level] = tile
			break
		}
		e.tiles[level] = nil
		h, index = subtreeRoot(tile), index/TileWidth
	}
	e.tree.Append(leaf)
}

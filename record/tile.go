package record

import (
	"fmt"
	"strconv"
	"strings"
)

// TileWidth is the number of hashes in a full tile; TileHeight its height in the tree.
const (
	TileWidth  = 256
	TileHeight = 8
)

// maxLevel is the highest level of tiles in a tree of MaxSize leaves.
const maxLevel = 7

// Tile names a tile: hashes Index*256 … of the level, of which it holds Width (1 to 256).
// Level 0 holds leaf hashes; each hash of level n+1 is the root of one full tile of level n.
type Tile struct {
	Level int
	Index int64
	Width int
}

// Path is the tile's C2SP tlog-tiles path: "tile/0/x001/234" or, partial, "tile/0/x001/234.p/17".
func (t Tile) Path() string { return TilePath(t.Level, t.Index, t.Width) }

// TilePath is the path of a tile. The index is written in groups of three digits,
// every group but the last with an x before it; a tile less than 256 wide says how wide.
func TilePath(level int, index int64, width int) string {
	if level < 0 || index < 0 || width < 1 || width > TileWidth {
		panic("record: no such tile") // a caller's mistake, never data
	}
	b := strconv.AppendInt(append(make([]byte, 0, 48), "tile/"...), int64(level), 10)
	groups := int64(1)
	for n := index; n >= 1000; n /= 1000 {
		groups *= 1000
	}
	for ; groups >= 1; groups /= 1000 {
		b = append(b, '/')
		if groups > 1 {
			b = append(b, 'x')
		}
		n := index / groups % 1000
		b = append(b, byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
	}
	if width < TileWidth {
		b = strconv.AppendInt(append(b, ".p/"...), int64(width), 10)
	}
	return string(b)
}

// ParseTilePath reads a path. Every tile has exactly one path; all else is refused.
func ParseTilePath(path string) (Tile, error) {
	bad := fmt.Errorf("%w: tile path", ErrFormat)
	rest, ok := strings.CutPrefix(path, "tile/")
	if !ok || len(path) > 64 {
		return Tile{}, bad
	}
	level, rest, ok := strings.Cut(rest, "/")
	if !ok {
		return Tile{}, bad
	}
	t := Tile{Width: TileWidth}
	l, ok := decimal(level, maxLevel)
	if !ok {
		return Tile{}, bad
	}
	t.Level = int(l)
	index, width, partial := strings.Cut(rest, ".p/")
	if partial {
		w, ok := decimal(width, TileWidth-1)
		if !ok || w < 1 {
			return Tile{}, bad
		}
		t.Width = int(w)
	}
	for {
		var group string
		var more bool
		group, index, more = strings.Cut(index, "/")
		if more {
			if group, ok = strings.CutPrefix(group, "x"); !ok {
				return Tile{}, bad
			}
		}
		n, err := strconv.ParseUint(group, 10, 16)
		if err != nil || len(group) != 3 || t.Index > MaxSize/1000 {
			return Tile{}, bad
		}
		t.Index = t.Index*1000 + int64(n)
		if !more {
			break
		}
	}
	if t.Index > MaxSize/TileWidth || t.Path() != path { // leading x000 groups, signs, non-ASCII digits
		return Tile{}, bad
	}
	return t, nil
}

// decimal reads ASCII digits without leading zeroes, at most limit.
func decimal(s string, limit int64) (int64, bool) {
	if s == "" || len(s) > 19 || (s[0] == '0' && len(s) > 1) {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n <= limit
}

// tilesAt is how many full tiles a level of a tree has, and how wide its partial tile is (0: none).
func tilesAt(level int, size int64) (full int64, partial int) {
	n := size >> (TileHeight * level)
	return n / TileWidth, int(n % TileWidth)
}

// NewTiles lists the tiles that a tree of newSize leaves has and one of oldSize
// leaves had not, in the order in which they should be written: lower levels first.
// It is what a writer must store before it signs newSize.
func NewTiles(oldSize, newSize int64) []Tile {
	var out []Tile
	for level := 0; newSize>>(TileHeight*level) > 0; level++ {
		had, hadPartial := tilesAt(level, oldSize)
		full, partial := tilesAt(level, newSize)
		for i := had; i < full; i++ {
			out = append(out, Tile{level, i, TileWidth})
		}
		if partial > 0 && (had != full || hadPartial != partial) {
			out = append(out, Tile{level, full, partial})
		}
	}
	return out
}

// edge lists the right edge of a tree: the partial tile of each level that has one. Together they make up the root.
func edge(size int64) []Tile {
	var out []Tile
	for level := 0; size>>(TileHeight*level) > 0; level++ {
		if full, partial := tilesAt(level, size); partial > 0 {
			out = append(out, Tile{level, full, partial})
		}
	}
	return out
}

// TileRoot is the root of a full tile's 256 hashes (8,192 bytes): the hash that
// stands for it in the level above.
func TileRoot(tile []byte) (Hash, error) {
	if len(tile) != TileWidth*len(Hash{}) {
		return Hash{}, fmt.Errorf("%w: a full tile has %d bytes", ErrFormat, TileWidth*len(Hash{}))
	}
	return subtreeRoot(tile), nil
}

// subtreeRoot is the root of a power of two of hashes, at most 256 of them.
func subtreeRoot(b []byte) Hash {
	var nodes [TileWidth / 2]Hash
	n := len(b) / 64
	if n == 0 {
		return Hash(b)
	}
	for i := range n {
		nodes[i] = NodeHash(Hash(b[64*i:]), Hash(b[64*i+32:]))
	}
	for ; n > 1; n /= 2 {
		for i := range n / 2 {
			nodes[i] = NodeHash(nodes[2*i], nodes[2*i+1])
		}
	}
	return nodes[0]
}

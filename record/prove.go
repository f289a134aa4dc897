package record

import (
	"fmt"
	"math/bits"
)

// InclusionProof makes the proof that VerifyInclusion checks, from tiles.
func InclusionProof(read TileReader, index, size int64) ([]Hash, error) {
	if index < 0 || index >= size || size > MaxSize {
		return nil, fmt.Errorf("%w: no leaf %d in a tree of %d", ErrFormat, index, size)
	}
	p := prover{read: read, size: size}
	p.inclusion(index, 0, size)
	return p.proof, p.err
}

// ConsistencyProof makes the proof that VerifyConsistency checks, from the tiles of the newer tree.
func ConsistencyProof(read TileReader, oldSize, newSize int64) ([]Hash, error) {
	if oldSize < 0 || oldSize > newSize || newSize > MaxSize {
		return nil, fmt.Errorf("%w: no tree of %d within one of %d", ErrFormat, oldSize, newSize)
	}
	if oldSize == 0 || oldSize == newSize {
		return nil, nil
	}
	p := prover{read: read, size: newSize}
	p.consistency(oldSize, 0, newSize, true)
	return p.proof, p.err
}

// RootFromTiles is the root of the tree of size leaves that begins the tree that the tiles make up.
// It trusts the tiles: use it to find out what a store holds, never as a check.
func RootFromTiles(read TileReader, size, of int64) (Hash, error) {
	if size < 0 || size > of || of > MaxSize {
		return Hash{}, fmt.Errorf("%w: no tree of %d within one of %d", ErrFormat, size, of)
	}
	if size == 0 {
		return EmptyRoot(), nil
	}
	p := prover{read: read, size: of}
	h := p.root(0, size)
	return h, p.err
}

// prover reads nodes of the tree from its tiles and gathers a proof. The first
// error stays; what is gathered after it is not used.
type prover struct {
	read  TileReader
	size  int64
	tiles map[Tile][]byte
	proof []Hash
	err   error
}

// split is the largest power of two smaller than n (RFC 6962's k).
func split(n int64) int64 { return 1 << (bits.Len64(uint64(n-1)) - 1) }

// inclusion is PATH(index, D[lo:hi]) of RFC 6962, 2.1.1.
func (p *prover) inclusion(index, lo, hi int64) {
	if hi-lo == 1 {
		return
	}
	if k := lo + split(hi-lo); index < k {
		p.inclusion(index, lo, k)
		p.add(k, hi)
	} else {
		p.inclusion(index, k, hi)
		p.add(lo, k)
	}
}

// consistency is SUBPROOF(old, D[lo:hi], whole) of RFC 6962, 2.1.2.
func (p *prover) consistency(old, lo, hi int64, whole bool) {
	if old == hi {
		if !whole {
			p.add(lo, hi)
		}
		return
	}
	if k := lo + split(hi-lo); old <= k {
		p.consistency(old, lo, k, whole)
		p.add(k, hi)
	} else {
		p.consistency(old, k, hi, false)
		p.add(lo, k)
	}
}

func (p *prover) add(lo, hi int64) { p.proof = append(p.proof, p.root(lo, hi)) }

// root is MTH(D[lo:hi]) where lo is a multiple of the power of two at or above hi-lo.
func (p *prover) root(lo, hi int64) Hash {
	n := hi - lo
	if n&(n-1) == 0 {
		return p.node(bits.TrailingZeros64(uint64(n)), lo)
	}
	k := lo + split(n)
	return NodeHash(p.root(lo, k), p.root(k, hi))
}

// node is the root of the 2^height leaves from lo, all of which exist.
func (p *prover) node(height int, lo int64) Hash {
	if p.err != nil {
		return Hash{}
	}
	level := height / TileHeight
	first := lo >> (TileHeight * level) // the first hash of this level below the node
	t := Tile{level, first / TileWidth, TileWidth}
	if full, partial := tilesAt(level, p.size); t.Index == full {
		t.Width = partial
	}
	b, ok := p.tiles[t]
	if !ok {
		var fault *TileFault
		if b, fault = fetch(p.read, t); fault != nil {
			p.err = *fault
			return Hash{}
		}
		if p.tiles == nil {
			p.tiles = make(map[Tile][]byte)
		}
		p.tiles[t] = b
	}
	at := int(first%TileWidth) * len(Hash{})
	n := len(Hash{}) << (height % TileHeight)
	if at+n > len(b) {
		p.err = TileFault{Tile: t, Why: "is too narrow for the tree"}
		return Hash{}
	}
	return subtreeRoot(b[at : at+n])
}

package record

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/bits"
)

// Hash is a node of the tree.
type Hash [32]byte

// String is standard base64, as checkpoints and proofs write it.
func (h Hash) String() string { return base64.StdEncoding.EncodeToString(h[:]) }

// LeafHash is the tree's hash of a leaf (RFC 6962, 2.1): SHA-256(0x00 ‖ leaf).
// The leaf is the 32 bytes that Leaf or PaddingLeaf gave.
func LeafHash(leaf [32]byte) Hash {
	var b [33]byte
	copy(b[1:], leaf[:])
	return sha256.Sum256(b[:])
}

// NodeHash joins two nodes (RFC 6962, 2.1): SHA-256(0x01 ‖ left ‖ right).
func NodeHash(left, right Hash) Hash {
	var b [65]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[33:], right[:])
	return sha256.Sum256(b[:])
}

// EmptyRoot is the root of a tree without leaves: SHA-256 of nothing.
func EmptyRoot() Hash { return sha256.Sum256(nil) }

// MaxSize is the largest tree that is accepted anywhere in this package.
const MaxSize = int64(1) << 60

// Tree is a compact range: of a tree of any size it keeps only the roots of the
// complete subtrees that make it up, largest first, at most 60 hashes.
// The zero value is the empty tree. A Tree may be copied.
type Tree struct {
	size  int64
	nodes [60]Hash // nodes[i] belongs to the i-th highest set bit of size
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Append adds a leaf's hash.
func (t *Tree) Append(leaf Hash) { t.add(0, leaf) }

// AppendLeaf adds a leaf.
func (t *Tree) AppendLeaf(leaf [32]byte) { t.add(0, LeafHash(leaf)) }

// add appends a complete subtree of 2^height leaves; size must be a multiple of that.
func (t *Tree) add(height int, h Hash) {
	n := bits.OnesCount64(uint64(t.size))
	rest := uint64(t.size) >> height
	for ; rest&1 == 1; rest >>= 1 {
		n--
		h = NodeHash(t.nodes[n], h)
	}
	t.nodes[n] = h
	t.size += 1 << height
}

// Root is the tree's root.
func (t *Tree) Root() Hash {
	n := bits.OnesCount64(uint64(t.size))
	if n == 0 {
		return EmptyRoot()
	}
	h := t.nodes[n-1]
	for i := n - 2; i >= 0; i-- {
		h = NodeHash(t.nodes[i], h)
	}
	return h
}

// Nodes gives the roots of the complete subtrees, largest first: what a writer
// keeps to go on later with RestoreTree.
func (t *Tree) Nodes() []Hash {
	return append([]Hash(nil), t.nodes[:bits.OnesCount64(uint64(t.size))]...)
}

// RestoreTree is the inverse of Size and Nodes. Restoring proves nothing: compare the root.
func RestoreTree(size int64, nodes []Hash) (Tree, error) {
	var t Tree
	if size < 0 || size > MaxSize || bits.OnesCount64(uint64(size)) != len(nodes) {
		return t, ErrFormat
	}
	t.size = size
	copy(t.nodes[:], nodes)
	return t, nil
}

// AppendTile adds the 256 leaf hashes of a full tile at once. Size must be a multiple of 256.
func (t *Tree) AppendTile(tile []byte) error {
	if t.size%TileWidth != 0 {
		return fmt.Errorf("%w: a tile in the middle of a tile", ErrFormat)
	}
	h, err := TileRoot(tile)
	if err != nil {
		return err
	}
	t.add(TileHeight, h)
	return nil
}

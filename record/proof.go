package record

import (
	"fmt"
	"math/bits"
)

// maxProof is more than any proof in a tree of MaxSize leaves can hold.
const maxProof = 63

// VerifyInclusion checks that leaf (already hashed by LeafHash) is number index of
// the tree of size leaves with this root (RFC 9162, 2.1.3.2). Numbers begin at 0.
func VerifyInclusion(leaf Hash, index, size int64, proof []Hash, root Hash) error {
	if index < 0 || size < 1 || size > MaxSize || index >= size || len(proof) > maxProof {
		return fmt.Errorf("%w: inclusion proof", ErrFormat)
	}
	fn, sn, r := uint64(index), uint64(size-1), leaf
	for _, p := range proof {
		if sn == 0 {
			return fmt.Errorf("%w: inclusion proof is too long", ErrProof)
		}
		if fn&1 == 1 || fn == sn {
			r = NodeHash(p, r)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = NodeHash(r, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 || r != root {
		return fmt.Errorf("%w: inclusion of leaf %d in a tree of %d", ErrProof, index, size)
	}
	return nil
}

// VerifyConsistency checks that the tree (newSize, newRoot) begins with all leaves
// of the tree (oldSize, oldRoot), unchanged (RFC 9162, 2.1.4.2). An older tree that
// is empty, or the same tree, needs an empty proof.
func VerifyConsistency(oldSize, newSize int64, proof []Hash, oldRoot, newRoot Hash) error {
	if oldSize < 0 || newSize < oldSize || newSize > MaxSize || len(proof) > maxProof {
		return fmt.Errorf("%w: consistency proof", ErrFormat)
	}
	bad := fmt.Errorf("%w: tree of %d does not begin with the tree of %d", ErrProof, newSize, oldSize)
	if oldSize == 0 || oldSize == newSize {
		if len(proof) != 0 || (oldSize == newSize && oldRoot != newRoot) || (oldSize == 0 && oldRoot != EmptyRoot()) {
			return bad
		}
		return nil
	}
	fn, sn := uint64(oldSize-1), uint64(newSize-1)
	shift := bits.TrailingZeros64(uint64(oldSize))
	fn, sn = fn>>shift, sn>>shift
	var fr, sr Hash
	if fn == 0 { // oldSize is a power of two: its root is a node of the new tree and not sent
		fr, sr = oldRoot, oldRoot
	} else {
		if len(proof) == 0 {
			return bad
		}
		fr, sr = proof[0], proof[0]
		proof = proof[1:]
	}
	for _, c := range proof {
		if sn == 0 {
			return bad
		}
		if fn&1 == 1 || fn == sn {
			fr, sr = NodeHash(c, fr), NodeHash(c, sr)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			sr = NodeHash(sr, c)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 || fr != oldRoot || sr != newRoot {
		return bad
	}
	return nil
}

package record

import "errors"

// The classes of failure. Every error of this package is, or wraps, one of them;
// the published test vectors name the class that each bad input must give.
var (
	// ErrFormat: the bytes are not of the form that this package describes.
	ErrFormat = errors.New("record: not of the stated form")
	// ErrNotAuthentic: a ciphertext was changed, cut, moved to another place, or belongs to another key.
	ErrNotAuthentic = errors.New("record: does not authenticate")
	// ErrProof: a well-formed proof does not show what it claims.
	ErrProof = errors.New("record: the proof does not hold")
	// ErrSignature: a signature that names a known key was not made by it.
	ErrSignature = errors.New("record: signature of a known key does not verify")
	// ErrUnsigned: no known key has signed.
	ErrUnsigned = errors.New("record: not signed by a known key")
	// ErrTile: a tile is missing, cut, or contradicts the tree.
	ErrTile = errors.New("record: a tile does not belong to the tree")
)

// Class is the name of err's class in the test vectors: "format", "authentic",
// "proof", "signature", "unsigned", "tile", "" for nil, "other" for what this
// package did not cause.
func Class(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrTile):
		return "tile"
	case errors.Is(err, ErrNotAuthentic):
		return "authentic"
	case errors.Is(err, ErrProof):
		return "proof"
	case errors.Is(err, ErrSignature):
		return "signature"
	case errors.Is(err, ErrUnsigned):
		return "unsigned"
	case errors.Is(err, ErrFormat):
		return "format"
	}
	return "other"
}

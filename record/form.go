package record

import (
	"crypto/sha256"
	"encoding/hex"
)

const formMagic = "heed/erased-form/1\n"

// Form is what stays of an erased record in the clear: the header and the leaf of each of
// its entries. Without the record's key no leaf can be compared with its header, so that the
// erasure entry keeps a digest of all (ErasedData). The order is that of their versions, and
// after them the entries without one in the order in which they were written.
type Form struct{ bytes []byte }

// Add puts the next entry.
func (f *Form) Add(h Header, leaf [32]byte) { f.bytes = append(h.Append(f.bytes), leaf[:]...) }

// Digest is that of all entries, in lower-case hexadecimal.
func (f *Form) Digest() string {
	sum := sha256.Sum256(append([]byte(formMagic), f.bytes...))
	return hex.EncodeToString(sum[:])
}

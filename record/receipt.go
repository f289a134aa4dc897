package record

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// The first lines of the two forms of a receipt.
const (
	proofMagic   = "c2sp.org/tlog-proof@v1\n"
	promiseMagic = "heed/promise/1\n"
)

// Receipt is what somebody who wrote an entry can keep of it. It says nothing of the
// entry; the leaf is a commitment that cannot be opened without the record's key.
type Receipt struct {
	Leaf [32]byte
	At   int64 // of a promise: when the entry was written, microseconds since 1970 UTC

	// Of an entry that is public; Checkpoint is nil in a promise.
	Index      int64
	Proof      []Hash
	Checkpoint []byte // signed, with cosignatures
}

// Sign gives the text of a receipt. Of an entry that is public it is a proof in the form
// c2sp.org/tlog-proof@v1, whose extra data is the leaf, and needs no other signature
// than the checkpoint's:
//
//	c2sp.org/tlog-proof@v1\nextra <base64 leaf>\nindex <decimal>\n<base64 hash>\n … \n<checkpoint>
//
// Before, it is a promise, a signed note by the log's key. Its text cannot be read
// as a checkpoint's, whose second line is a number:
//
//	heed/promise/1\n<origin>\n<microseconds>\n<base64 leaf>\n
func (r Receipt) Sign(s Signer) []byte {
	if r.Checkpoint == nil {
		text := fmt.Appendf(nil, "%s%s\n%d\n%s\n", promiseMagic, s.Name(), r.At, Hash(r.Leaf))
		return append(append(text, '\n'), s.signatureLine(text, 0)...)
	}
	b := fmt.Appendf(nil, "%sextra %s\nindex %d\n", proofMagic, Hash(r.Leaf), r.Index)
	return append(append(AppendProof(b, r.Proof), '\n'), r.Checkpoint...)
}

// OpenReceipt verifies a receipt by the log's key and gives what it proves: that the
// leaf is in the tree of its checkpoint, or that the log has promised to put it there.
func OpenReceipt(b []byte, keys ...Verifier) (Receipt, error) {
	if bytes.HasPrefix(b, []byte(promiseMagic)) {
		return openPromise(b, keys)
	}
	r, err := parseProof(b)
	if err != nil {
		return r, err
	}
	c, _, err := OpenCheckpoint(r.Checkpoint, keys...)
	if err != nil {
		return r, err
	}
	if len(c.Extra) > 0 {
		return r, fmt.Errorf("%w: not a public checkpoint", ErrFormat)
	}
	return r, VerifyInclusion(LeafHash(r.Leaf), r.Index, c.Size, r.Proof, c.Root)
}

// PeekReceipt says whether this is of the form of a receipt, without verifying anything.
func PeekReceipt(b []byte) error {
	if bytes.HasPrefix(b, []byte(promiseMagic)) {
		_, _, err := splitNote(b)
		return err
	}
	_, err := parseProof(b)
	return err
}

func openPromise(b []byte, keys []Verifier) (Receipt, error) {
	text, sigs, err := OpenNote(b, keys...)
	if err != nil {
		return Receipt{}, err
	}
	lines := strings.Split(strings.TrimPrefix(string(text), promiseMagic), "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Receipt{}, fmt.Errorf("%w: promise", ErrFormat)
	}
	at, ok := decimal(lines[1], 1<<62)
	leaf, err := oneHash(lines[2])
	if !ok || err != nil {
		return Receipt{}, fmt.Errorf("%w: promise", ErrFormat)
	}
	for _, s := range sigs {
		if !s.Verifier.Witness() && s.Verifier.name == lines[0] {
			return Receipt{Leaf: leaf, At: at}, nil
		}
	}
	return Receipt{}, fmt.Errorf("%w: not by the log itself", ErrUnsigned)
}

// parseProof reads c2sp.org/tlog-proof@v1 with a leaf as extra data.
func parseProof(b []byte) (r Receipt, err error) {
	bad := fmt.Errorf("%w: receipt", ErrFormat)
	if len(b) > maxNote {
		return r, bad
	}
	head, note, ok1 := strings.Cut(string(b), "\n\n")
	rest, ok2 := strings.CutPrefix(head+"\n", proofMagic)
	extra, rest, ok3 := strings.Cut(rest, "\n")
	index, hashes, ok4 := strings.Cut(rest, "\n")
	extra, ok5 := strings.CutPrefix(extra, "extra ")
	index, ok6 := strings.CutPrefix(index, "index ")
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 {
		return r, bad
	}
	r.Index, err = ParseSize(index)
	leaf, err2 := oneHash(extra)
	var err3 error
	r.Proof, err3 = ParseProof([]byte(hashes))
	r.Leaf, r.Checkpoint = leaf, []byte(note)
	return r, errors.Join(err, err2, err3)
}

func oneHash(s string) (Hash, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) != len(Hash{}) || len(s) != 44 {
		return Hash{}, fmt.Errorf("%w: hash", ErrFormat)
	}
	return Hash(raw), nil
}

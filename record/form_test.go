package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// TestFormIsAsDescribed in doc.go, byte by byte.
func TestFormIsAsDescribed(t *testing.T) {
	h := Header{Org: [16]byte{1}, Record: [16]byte{2}, Entry: [16]byte{3}, Version: 1, At: 4, Generation: 5, Room: 6}
	read := h
	read.Entry, read.Version = [16]byte{7}, 0
	var f Form
	f.Add(h, [32]byte{8})
	f.Add(read, [32]byte{9})
	one, two := [32]byte{8}, [32]byte{9}
	sum := sha256.Sum256(bytes.Join([][]byte{[]byte("heed/erased-form/1\n"), h.Append(nil), one[:], read.Append(nil),
		two[:]}, nil))
	if got := f.Digest(); got != hex.EncodeToString(sum[:]) {
		t.Errorf("the form is %s", got)
	}
}

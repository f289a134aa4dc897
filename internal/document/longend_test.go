package document

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// An archive whose end says a list of 65,535 bytes makes archive/zip look for a longer end,
// which may name a list of any length: 17 MB of it took 98 MB.
func TestAnArchiveHasNoLongerEnd(t *testing.T) {
	const short, longEnd, locator = 65535, 56, 20
	le := binary.LittleEndian
	raw := append([]byte("PK\x03\x04"), make([]byte, 26)...)
	raw = append(raw, bytes.Repeat(append([]byte("PK\x01\x02"), make([]byte, 42)...), mostParts+1)...)
	list := len(raw) - 30
	raw = append(raw, make([]byte, short)...)
	at := len(raw) - longEnd - locator
	copy(raw[at:], "PK\x06\x06")
	for i, n := range map[int]int{4: 44, 24: mostParts + 1, 32: mostParts + 1, 40: list, 48: 30} {
		le.PutUint64(raw[at+i:], uint64(n))
	}
	copy(raw[at+longEnd:], "PK\x06\x07")
	le.PutUint64(raw[at+longEnd+8:], uint64(at))
	le.PutUint32(raw[at+longEnd+16:], 1)
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	le.PutUint16(end[8:], 1)
	le.PutUint16(end[10:], 1)
	le.PutUint32(end[12:], short)
	le.PutUint32(end[16:], uint32(len(raw)-short))
	if fewParts(content(t, append(raw, end...))) {
		t.Error("its list is read, however long")
	}
}

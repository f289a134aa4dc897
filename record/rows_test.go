package record

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"testing"
)

// TestRowsRootIsAsDescribed makes the root of rows from the words of the package comment.
func TestRowsRootIsAsDescribed(t *testing.T) {
	number := func(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }
	row := func(place uint64) (b []byte) {
		b = append(b, 0, 0, 0, 7)
		b = binary.BigEndian.AppendUint32(b, uint32(place))
		b = append(append(b, 1), number(place*3)...)
		b = append(b, 2, 0, 0, 0, 3, 'a', 'b', 'c', 0)
		return append(b, 3, 0, 0, 0, 1, byte(place))
	}
	for _, n := range []uint64{0, 1, 4095, 4096, 4097, 2*4096 + 1, 3 * 4096} {
		var h RowsHash
		var tree Tree
		chunk := []byte("heed/rows/1\n")
		for i := range n {
			if err := h.Add(RowKey(7, int64(i)), int64(i*3), "abc", nil, []byte{byte(i)}); err != nil {
				t.Fatal(err)
			}
			if chunk = append(chunk, row(i)...); i%4096 == 4095 || i == n-1 {
				tree.AppendLeaf(sha256.Sum256(chunk))
				chunk = []byte("heed/rows/1\n")
			}
		}
		root := tree.Root()
		if got := h.Root(); got != hex.EncodeToString(root[:]) || h.Rows() != int64(n) {
			t.Errorf("of %d rows the root is %s", n, got)
		}
	}
	if err := new(RowsHash).Add(1, 1.5); !errors.Is(err, ErrFormat) {
		t.Errorf("a fraction in a row: %v", err)
	}
}

func TestRowsOfAnEntry(t *testing.T) {
	root := hex.EncodeToString(make([]byte, 32))
	say := func(data string) error {
		_, _, err := ParseRows([]byte(`{"kind":"rows.imported","actor":"","rule":"r","data":` + data + `}`))
		return err
	}
	good := `{"import":7,"table":"body","columns":["code"],"rows":1,"root":"` + root + `","ended":0,"ends":"` + root + `"}`
	if err := say(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		`{"import":0,"table":"body","columns":["code"],"rows":1,"root":"` + root + `","ended":0,"ends":"` + root + `"}`,
		`{"import":7,"table":"body; drop","columns":["code"],"rows":1,"root":"` + root + `","ended":0,"ends":"` + root + `"}`,
		`{"import":7,"table":"body","columns":["co de"],"rows":1,"root":"` + root + `","ended":0,"ends":"` + root + `"}`,
		`{"import":7,"table":"body","columns":["code"],"rows":-1,"root":"` + root + `","ended":0,"ends":"` + root + `"}`,
		`{"import":7,"table":"body","columns":["code"],"rows":1,"root":"00","ended":0,"ends":"` + root + `"}`,
		`[]`,
	} {
		if err := say(bad); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

package stats

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestFormsOfFiles: a file in another form than UTF-8 with the names as they are
// written here is read, or named with its remedy. Seen to fail without isUTF16's look at
// the zero beside each letter.
func TestFormsOfFiles(t *testing.T) {
	in := func(text string, order binary.AppendByteOrder) (out []byte) {
		for _, u := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, u)
		}
		return out
	}
	const table = "trust,a,b,Total\nA,10,20,30\nB,10,20,30\nTotal,20,40,60\n"
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"UTF-16 without a mark, little": {in(table, binary.LittleEndian), "not UTF-8 but UTF-16; save the file as CSV UTF-8"},
		"UTF-16 without a mark, big":    {in(table, binary.BigEndian), "not UTF-8 but UTF-16; save the file as CSV UTF-8"},
		"UTF-16 with a mark": {in("\ufeff"+table, binary.LittleEndian),
			"not UTF-8 but UTF-16; save the file as CSV UTF-8"},
		"UTF-8 with a mark":     {[]byte("\ufeff" + table), ""},
		"headers in other case": {[]byte(strings.Replace(table, "Total", "TOTAL", 1)), ""},
	} {
		var out, errs bytes.Buffer
		code := Main([]string{"disclose"}, bytes.NewReader(c.file), &out, &errs)
		if c.says == "" && code != 0 || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%s: %d %s", name, code, errs.String())
		}
	}
	var out, errs bytes.Buffer
	months := "Period,VALUE\n2024-01-01,3\n2024-02-01,4\n"
	if code := Main([]string{"xmr", "--improvement-direction", "increase"}, strings.NewReader(months), &out,
		&errs); code != 0 {
		t.Errorf("names of columns in other case: %d %s", code, errs.String())
	}
}

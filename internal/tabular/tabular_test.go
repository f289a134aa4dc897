package tabular

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"heed/internal/fail"
)

func read(text string) (out []string, err error) {
	f, err := Open(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	for line, err := range f.Lines() {
		if err != nil {
			return out, err
		}
		out = append(out, fmt.Sprint(line.Row, " ", strings.Join(line.Cells, "|")))
	}
	return out, nil
}

func TestRowsAreReadAsASpreadsheetCountsThem(t *testing.T) {
	for text, want := range map[string]string{
		"code,name\nR1,Alpha\n\nR2, Beta \n":                   "2 R1|Alpha; 4 R2|Beta",
		"\xef\xbb\xbfcode;name\r\nR1;\"A; b\"\r\n;\r\nR2;\r\n": "2 R1|A; b; 4 R2|",
		"code\tname\nR1\tA, b\n":                               "2 R1|A, b",
		"code,name\n\"R1\",\"two\nlines\"\nR2,Łódź 😀 \n":       "2 R1|two\nlines; 3 R2|Łódź 😀",
		"code\nR1":    "2 R1",
		"code,name\n": "",
	} {
		got, err := read(text)
		if err != nil || strings.Join(got, "; ") != want {
			t.Errorf("%q gives %q, %v, want %q", text, got, err, want)
		}
		again, _ := read(text)
		if fmt.Sprint(again) != fmt.Sprint(got) {
			t.Errorf("%q gives other rows the second time", text)
		}
	}
	if Letter(0)+Letter(25)+Letter(26)+Letter(701)+Letter(702) != "AZAAZZAAA" {
		t.Error("columns are not called as a spreadsheet calls them")
	}
}

func TestWhatCannotBeReadIsRefusedWithItsRow(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "empty",
		" \n":                               "empty",
		"PK\x03\x04rest":                    "workbook",
		"\xd0\xcf\x11\xe0\xa1\xb1":          "workbook",
		"\xff\xfec\x00":                     "UTF-16",
		"c\x00o\x00":                        "no file of text",
		"code,name\nR1,Caf\xe9\n":           "Row 2, column B: these letters are not in UTF-8",
		"code,name\nR1\n":                   "Row 2 has 1 cell, and row 1 has 2",
		"code,name\nR1,a,b\n":               "Row 2 has 3 cells",
		"code,name\nR1,\"two\nl\"\nR2,a\"b": "Row 3: a quotation mark",
		"code,name\nR1,\"open\n":            "Row 2: a quotation mark",
		"code,\nR1,a":                       "Column B has no heading",
		"code,Name,name\nR1,a,b":            "Columns B and C have the same heading",
		"code,name\nR1,a\x01b\n":            "Row 2: Column B includes a character",
		"code,name\nR1," + strings.Repeat("x", MaxCell+1):            "Row 2: Column B must be 2,000 characters or less",
		"code" + strings.Repeat(",x", MaxColumns) + "\n":             "more than 200 columns",
		"code,name\nR1,\"" + strings.Repeat("never closed\n", 1<<20): "quotation mark is opened in it and never closed",
	} {
		got, err := read(text)
		if !fail.Is(err, fail.Bad) || !strings.Contains(fail.Words(err), want) {
			t.Errorf("%.40q gives %v, %q, want %q", text, got, fail.Words(err), want)
		}
	}
}

func FuzzFileIsReadOrRefused(f *testing.F) {
	f.Add([]byte("code,name\nR1,\"A\"\n"))
	f.Add([]byte("\xef\xbb\xbfa;b\n1;\"2\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := Open(bytes.NewReader(raw))
		if err != nil {
			if !fail.Is(err, fail.Bad) {
				t.Fatalf("no words: %v", err)
			}
			return
		}
		for line, err := range file.Lines() {
			if err != nil {
				if !fail.Is(err, fail.Bad) {
					t.Fatalf("no words: %v", err)
				}
				return
			}
			if len(line.Cells) != len(file.Header) || line.Row < 2 {
				t.Fatalf("row %d has %d cells", line.Row, len(line.Cells))
			}
		}
	})
}

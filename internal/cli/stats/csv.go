package stats

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"heed/internal/fail"
	sheets "heed/internal/measure/sheet"
	"heed/internal/plain"
)

// The limits of one file.
const (
	maxBytes   = 32 << 20
	maxRows    = 500_000
	maxColumns = 2_000
	maxFields  = 3_000_000
	maxJSON    = 1 << 20
)

// open gives the named file, or the standard input for "" and "-".
func open(name string, in io.Reader) (io.ReadCloser, error) {
	if name == "" || name == "-" {
		return io.NopCloser(in), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fail.Wrap(fail.Bad, err, "the file %s cannot be opened: check its name", name)
	}
	return f, nil
}

// sheet is a CSV file in memory: a header and rows, every row as long as the header.
type sheet struct {
	header []string
	rows   [][]string
	lines  []int // the line that a row begins on
}

// limited fails, instead of ending, when a file is longer than allowed.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fail.New(fail.Bad, "the file is larger than %d MiB: split it", maxBytes>>20)
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	return n, err
}

// readCSV reads a whole sheet.
func readCSV(r io.Reader) (*sheet, error) {
	in := bufio.NewReader(&limited{r, maxBytes})
	if start, _ := in.Peek(4); isUTF16(start) { // a failed read comes again below
		return nil, fail.New(fail.Bad, "row 1, column 1: not UTF-8 but UTF-16; save the file as CSV UTF-8")
	}
	c := csv.NewReader(in)
	c.FieldsPerRecord = -1
	s := &sheet{}
	fields := 0
	for {
		row, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, csvFault(err)
		}
		line, _ := c.FieldPos(0)
		if s.header == nil {
			if err := s.begin(row); err != nil {
				return nil, err
			}
			continue
		}
		if len(row) != len(s.header) {
			return nil, fail.New(fail.Bad, "row %d, column %d: the row has %d columns and the header %d; add or remove commas",
				line, min(len(row), len(s.header))+1, len(row), len(s.header))
		}
		if fields += len(row); fields > maxFields {
			return nil, fail.New(fail.Bad, "row %d, column 1: more than %s; split the file", line,
				plain.Count(maxFields, "fields", "fields"))
		}
		if len(s.rows) >= maxRows {
			return nil, fail.New(fail.Bad, "row %d, column 1: more than %s; split the file", line,
				plain.Count(maxRows, "rows", "rows"))
		}
		for i, f := range row {
			if !utf8.ValidString(f) {
				return nil, fail.New(fail.Bad, "row %d, column %s: not UTF-8; save the file as UTF-8", line, s.header[i])
			}
			row[i] = sheets.Unguard(strings.TrimSpace(f))
		}
		s.rows, s.lines = append(s.rows, row), append(s.lines, line)
	}
	if s.header == nil {
		return nil, fail.New(fail.Bad, "row 1, column 1: the file is empty; begin with a header row")
	}
	return s, nil
}

// isUTF16 knows it by its mark, or by the zero beside each letter.
func isUTF16(b []byte) bool {
	return len(b) >= 2 && (b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF || (b[0] == 0) != (b[1] == 0))
}

func (s *sheet) begin(row []string) error {
	if len(row) == 1 {
		for _, sep := range []struct{ mark, name string }{{";", "semicolons"}, {"\t", "tabs"}, {"|", "bars"}} {
			if strings.Contains(row[0], sep.mark) {
				return fail.New(fail.Bad, "row 1, column 1: columns are separated by %s; save the file with commas", sep.name)
			}
		}
	}
	if len(row) > maxColumns {
		return fail.New(fail.Bad, "row 1, column %d: more than %d columns; split the file", maxColumns+1, maxColumns)
	}
	row[0] = strings.TrimPrefix(row[0], "\uFEFF")
	seen := map[string]bool{}
	for i, h := range row {
		row[i] = sheets.Unguard(strings.TrimSpace(h))
		switch {
		case !utf8.ValidString(h):
			return fail.New(fail.Bad, "row 1, column %d: not UTF-8; save the file as UTF-8", i+1)
		case row[i] == "":
			return fail.New(fail.Bad, "row 1, column %d: the column has no name; give it one", i+1)
		case seen[row[i]]:
			return fail.New(fail.Bad, "row 1, column %d: the name is there twice; name the columns differently", i+1)
		}
		seen[row[i]] = true
	}
	s.header = row
	return nil
}

func csvFault(err error) error {
	var e *fail.Error
	if errors.As(err, &e) {
		return e
	}
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fail.New(fail.Bad, "row %d, column %d: a quotation mark is out of place; write it twice inside a quoted "+
			"field, and close the quotes", p.Line, p.Column)
	}
	return fail.Wrap(fail.Bad, err, "the file could not be read to its end: try again with a copy of it")
}

// column is the place of a named column, in any case of letters.
func (s *sheet) column(name string) (int, error) {
	if i := slices.Index(s.header, name); i >= 0 {
		return i, nil
	}
	if i := slices.IndexFunc(s.header, func(h string) bool { return strings.EqualFold(h, name) }); i >= 0 {
		return i, nil
	}
	return 0, fail.New(fail.Bad, "row 1, column %s: missing; the header must name it", name)
}

// optional is the place of a named column, −1 when there is none.
func (s *sheet) optional(name string) int {
	i, err := s.column(name)
	if err != nil {
		return -1
	}
	return i
}

// number reads a field; NaN when it is empty and may be.
func (s *sheet) number(row, col int, mayMiss bool) (float64, error) {
	f := s.rows[row][col]
	if f == "" {
		if mayMiss {
			return math.NaN(), nil
		}
		return 0, fail.New(fail.Bad, "row %d, column %s: empty; write a number", s.lines[row], s.header[col])
	}
	v, err := strconv.ParseFloat(f, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(f, "xXpP_") {
		remedy := "write digits with a point, such as 12.5"
		if mayMiss {
			remedy += ", or leave it empty when it is missing"
		}
		return 0, fail.New(fail.Bad, "row %d, column %s: not a number; %s", s.lines[row], s.header[col], remedy)
	}
	return v, nil
}

// at puts the place in front of what a method refuses.
func (s *sheet) at(row int, column string, err error) error {
	return fail.New(fail.Bad, "row %d, column %s: %s", s.lines[row], column, words(err))
}

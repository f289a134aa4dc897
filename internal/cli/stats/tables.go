package stats

import (
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/measure/disclose"
)

// laid is a table of counts with its place in the sheet that it was read from.
type laid struct {
	sheet *sheet
	table attack.Table
	at    [][2]int // cell → row and column of the sheet
}

// readTable reads a table of counts. Long form: the last column is named value and
// every other column is a dimension. Wide form: the first column (and further ones
// without any number) are dimensions, the other headers are members of a dimension
// called col. Total stands for the sum. A mark is * or [c]; empty is not published.
func readTable(name string, in io.Reader) (*laid, error) {
	s, err := readCSV(in)
	if err != nil {
		return nil, err
	}
	if len(s.header) < 2 {
		return nil, fail.New(fail.Bad, "row 1, column 2: missing; a table needs labels and numbers")
	}
	if len(s.rows) == 0 {
		return nil, fail.New(fail.Bad, "row 2, column 1: there are no rows; give at least one")
	}
	l := &laid{sheet: s, table: attack.Table{Name: name}}
	if strings.EqualFold(s.header[len(s.header)-1], "value") {
		last := len(s.header) - 1
		l.table.Dims = s.header[:last]
		for i, row := range s.rows {
			if err := l.add(slices.Clone(row[:last]), i, last); err != nil {
				return nil, err
			}
		}
		return l, nil
	}
	labels := 1
	for labels < len(s.header)-1 && s.isLabel(labels) {
		labels++
	}
	l.table.Dims = append(slices.Clone(s.header[:labels]), "col")
	if slices.Contains(s.header[:labels], "col") {
		return nil, fail.New(fail.Bad, "row 1, column 1: the label column is named col; name it after what it holds")
	}
	for i, row := range s.rows {
		for j := labels; j < len(row); j++ {
			if err := l.add(append(slices.Clone(row[:labels]), s.header[j]), i, j); err != nil {
				return nil, err
			}
		}
	}
	return l, nil
}

// isLabel says whether no field of a column is a number, a mark or empty.
func (s *sheet) isLabel(col int) bool {
	for _, row := range s.rows {
		f := row[col]
		if _, err := strconv.ParseFloat(f, 64); err == nil || f == "" || isMark(f) {
			return false
		}
	}
	return true
}

func isMark(f string) bool { return f == disclose.Star || f == "[c]" }

func (l *laid) add(at []string, row, col int) error {
	s := l.sheet
	c := attack.Cell{At: at}
	for d, m := range at {
		if m == "" {
			return fail.New(fail.Bad, "row %d, column %s: empty; write the label, or Total", s.lines[row], l.table.Dims[d])
		}
		if strings.EqualFold(m, attack.Total) {
			at[d] = attack.Total
		}
	}
	switch f := s.rows[row][col]; {
	case f == "":
	case isMark(f):
		c.Kind = attack.Mark
	default:
		v, err := strconv.ParseInt(f, 10, 64)
		if err != nil || v < 0 || v > attack.MaxCount {
			return fail.New(fail.Bad, "row %d, column %s: not a count; write a whole number from 0, * for a hidden one, or leave it empty", s.lines[row], s.header[col])
		}
		c.Value = attack.Value{Kind: attack.Number, N: v}
	}
	if len(l.table.Cells) >= attack.MaxCells {
		return fail.New(fail.Bad, "row %d, column %s: more than %d cells; split the table", s.lines[row], s.header[col], attack.MaxCells)
	}
	l.table.Cells = append(l.table.Cells, c)
	l.at = append(l.at, [2]int{row, col})
	return nil
}

// readTables reads several files, or standard input when there is none.
func readTables(names []string, in io.Reader) ([]*laid, error) {
	if len(names) == 0 {
		names = []string{"-"}
	}
	if len(names) > attack.MaxTables {
		return nil, fail.New(fail.Bad, "more than %d tables at once: attack them in groups that share margins", attack.MaxTables)
	}
	out := make([]*laid, len(names))
	for i, name := range names {
		f, err := open(name, in)
		if err != nil {
			return nil, err
		}
		l, err := readTable(filepath.Base(name), f)
		f.Close()
		if err != nil {
			if len(names) > 1 {
				return nil, fail.New(fail.Bad, "%s: %s", filepath.Base(name), words(err))
			}
			return nil, err
		}
		out[i] = l
	}
	return out, nil
}

func tablesOf(ls []*laid) []attack.Table {
	out := make([]attack.Table, len(ls))
	for i, l := range ls {
		out[i] = l.table
	}
	return out
}

// with writes the values of another table of the same shape into the sheet's places.
func (l *laid) with(t attack.Table) (header []string, rows [][]string) {
	rows = make([][]string, len(l.sheet.rows))
	for i, r := range l.sheet.rows {
		rows[i] = slices.Clone(r)
	}
	for i, c := range t.Cells {
		rows[l.at[i][0]][l.at[i][1]] = disclose.Text(c.Value)
	}
	return l.sheet.header, rows
}

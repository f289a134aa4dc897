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
	sheets "heed/internal/measure/sheet"
)

// laid is a table of counts with its place in the sheet that it was read from.
type laid struct {
	sheet  *sheet
	table  attack.Table
	at     [][2]int // cell → row and column of the sheet
	labels int      // how many columns at the left are labels
	wide   bool     // the last dimension is that of the columns, which no header names
	rates  []rate
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
		l.table.Dims = slices.Clone(s.header[:last])
		if err := l.findRates(last, last+1); err != nil {
			return nil, err
		}
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
	l.wide, l.labels = true, labels
	if err := l.findRates(labels, len(s.header)); err != nil {
		return nil, err
	}
	l.table.Dims = append(slices.Clone(s.header[:labels]), "col")
	if slices.Contains(s.header[:labels], "col") {
		return nil, fail.New(fail.Bad, "row 1, column 1: the label column is named col; name it after what it holds")
	}
	for i, row := range s.rows {
		for j := labels; j < len(row); j++ {
			if l.isRate(j) {
				continue
			}
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

const (
	secondMark = "**"
	fiveMark   = "5"
)

func isMark(f string) bool { return f == disclose.Star || f == "[c]" || f == secondMark }

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
		c.Kind, c.Second = attack.Mark, f == secondMark
	default:
		v, err := strconv.ParseInt(f, 10, 64)
		if err != nil || v < 0 || v > attack.MaxCount {
			return fail.New(fail.Bad, "row %d, column %s: not a count; write a whole number from 0, * for a hidden one, or "+
				"leave it empty", s.lines[row], s.header[col])
		}
		c.Value = attack.Value{Kind: attack.Number, N: v}
	}
	if len(l.table.Cells) >= attack.MaxCells {
		return fail.New(fail.Bad, "row %d, column %s: more than %d cells; split the table", s.lines[row], s.header[col],
			attack.MaxCells)
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
		return nil, fail.New(fail.Bad, "more than %d tables at once: attack them in groups that share margins",
			attack.MaxTables)
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
			return nil, inFile(filepath.Base(name), len(names), err)
		}
		out[i] = l
	}
	return out, nil
}

// inFile puts the name of the file in front of what is refused, when there are several.
func inFile(name string, files int, err error) error {
	if err == nil || files < 2 {
		return err
	}
	return fail.New(fail.Bad, "%s: %s", name, words(err))
}

// labelled refuses a column of words after the first that nobody has said to hold labels:
// it would be published as it is, and may hold counts (three, <5, 3 (7%)).
func (l *laid) labelled(names []string) error {
	for j := 1; j < l.labels; j++ {
		if !slices.Contains(names, l.sheet.header[j]) {
			return fail.New(fail.Bad, "row %d, column %s: not a count; write a whole number, or, where the column holds "+
				"labels, name it with --labels", l.sheet.lines[0], l.sheet.header[j])
		}
	}
	return nil
}

func tablesOf(ls []*laid) []attack.Table {
	out := make([]attack.Table, len(ls))
	for i, l := range ls {
		out[i] = l.table
	}
	return out
}

// with writes the values of another table of the same shape into the sheet's places,
// percentages from what is shown, and every label as text.
func (l *laid) with(t attack.Table, mark string) (header []string, rows [][]string) {
	rows = make([][]string, len(l.sheet.rows))
	for i, r := range l.sheet.rows {
		rows[i] = make([]string, len(r))
		for j, f := range r {
			rows[i][j] = sheets.Guard(f)
		}
	}
	for i, c := range t.Cells {
		text := disclose.Text(c.Value)
		if c.Kind == attack.Mark && mark == fiveMark {
			text = mark
		}
		rows[l.at[i][0]][l.at[i][1]] = text
	}
	for _, r := range l.rates {
		for i := range rows {
			rows[i][r.column] = r.shown(rows[i])
		}
	}
	for _, h := range l.sheet.header {
		header = append(header, sheets.Guard(h))
	}
	return header, rows
}

// national leaves the grand total, or its whole row, as it is.
func (l *laid) national(total, row bool) {
	if total {
		l.exact(l.isGrandTotal)
	}
	if row {
		l.exact(l.isNationalRow)
	}
}

// exact marks cells as national numbers.
func (l *laid) exact(national func(at []string) bool) {
	for i := range l.table.Cells {
		if c := &l.table.Cells[i]; c.Kind == attack.Number && national(c.At) {
			c.Exact = true
		}
	}
}

func (l *laid) isGrandTotal(at []string) bool {
	return !slices.ContainsFunc(at, func(m string) bool { return m != attack.Total })
}

// isNationalRow is the grand-total row: every label is Total, whatever the column.
func (l *laid) isNationalRow(at []string) bool {
	if l.wide {
		at = at[:len(at)-1]
	}
	return l.isGrandTotal(at)
}

// nameColumns gives the columns of wide files a dimension. Files that share a column, or
// the Total of which is in another file, speak of the same; two breakdowns with nothing
// in common, each with its own Total, are two dimensions.
func nameColumns(ls []*laid) {
	type group struct {
		name    string
		columns map[string]bool
	}
	var groups []*group
	for _, l := range ls {
		if !l.wide {
			continue
		}
		last := len(l.table.Dims) - 1
		columns := map[string]bool{}
		for _, c := range l.table.Cells {
			columns[c.At[last]] = true
		}
		i := slices.IndexFunc(groups, func(g *group) bool {
			for m := range columns {
				if m != attack.Total && g.columns[m] {
					return true
				}
			}
			return !g.columns[attack.Total] || !columns[attack.Total]
		})
		if i < 0 {
			i = len(groups)
			g := &group{name: "col", columns: map[string]bool{}}
			if i > 0 {
				g.name = "col " + strconv.Itoa(i+1)
			}
			groups = append(groups, g)
		}
		for m := range columns {
			groups[i].columns[m] = true
		}
		l.table.Dims[last] = groups[i].name
	}
}

package stats

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"heed/internal/measure/attack"
	"heed/internal/measure/result"
)

// AttackCmd is `heed stats attack`. Tables given together are attacked together:
// editions, year to date and quarters, tables that share a margin.
type AttackCmd struct {
	Files   []string `arg:"" optional:"" help:"CSV files of published tables; standard input when left out."`
	Options string   `help:"JSON file of options, as in the reference vectors."`
	Hes     bool     `help:"HES rule: rounded to 5, a mark means 1 to 7."`
	Round   int64    `help:"Numbers are rounded to this base."`
	Star    string   `help:"What a mark means: 1-7, 1- for 1 or more (1-), or *=1-7,**=8- for two marks."`
	Reads
	Steps int `help:"Most steps of the search for tables that are no network (8000000)."`
	Output
}

// Run reads the tables, attacks them and writes what was found.
func (c *AttackCmd) Run(in io.Reader, out io.Writer) error {
	if c.Format == "svg" {
		return noPicture("an attack")
	}
	r, err := c.reading()
	if err != nil {
		return err
	}
	ls, err := readTables(c.Files, in)
	if err != nil {
		return err
	}
	tables, h, err := r.tables(ls, filepath.Dir(c.Options))
	if err != nil {
		return err
	}
	steps := attack.DefaultSteps
	if c.Steps > 0 {
		steps = attack.Limit(c.Steps)
	}
	f, err := attack.Run(tables, h, r.rules, steps)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return writeJSON(out, result.AttackOf(f))
	}
	return attackTable(out, f)
}

func attackTable(w io.Writer, f attack.Finding) error {
	var rows [][]string
	for _, c := range f.Cells {
		high, says := "no end", ""
		if c.High < attack.Unbounded {
			high = strconv.FormatInt(c.High, 10)
		}
		switch {
		case c.Values() == 1:
			says = "can be worked out"
		case c.Values() < attack.Enough:
			says = "two values left"
		case !c.Proven:
			says = "not proven: the true range may be smaller"
		}
		rows = append(rows, []string{c.Cell, strconv.FormatInt(c.Low, 10), high, says})
	}
	if err := grid(w, []string{"hidden cell", "least", "most", "finding"}, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "Result: %s. Hidden cells %d, worked out %d, narrowed to two values %d\n%s",
		f.Status, len(f.Cells), len(f.Recoverable), len(f.Narrow), sumsChecked(f))
	return err
}

// sumsChecked says what the result rests on.
func sumsChecked(f attack.Finding) string {
	s := "Sums checked: " + strings.Join(f.Sums, ", ") + "\n"
	if len(f.Sums) == 0 {
		s = "Sums checked: none\n"
	}
	if len(f.NoTotal) > 0 {
		s += "No total of: " + strings.Join(f.NoTotal, ", ") + "\n"
	}
	return s
}

package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

// AttackCmd is `heed stats attack`. Tables given together are attacked together:
// editions, year to date and quarters, tables that share a margin.
type AttackCmd struct {
	Files     []string `arg:"" optional:"" help:"CSV files of published tables; standard input when left out."`
	Options   string   `help:"JSON file of options, as in the reference vectors."`
	Hes       bool     `help:"HES rule: rounded to 5, a mark means 1 to 7."`
	Round     int64    `help:"Numbers are rounded to this base."`
	Star      string   `help:"What a mark means: 1-7, or 1- for 1 or more (1-)."`
	Hierarchy string   `help:"JSON or CSV file: which members are parts of which."`
	Steps     int      `help:"Most steps of the search for tables that are no network (8000000)."`
	Output
}

type attackCell struct {
	Cell   string `json:"cell"`
	Low    int64  `json:"low"`
	High   *int64 `json:"high"`
	Proven bool   `json:"proven"`
}

type attackResult struct {
	Status      attack.Status `json:"status"`
	Recoverable []string      `json:"recoverable"`
	Narrow      []string      `json:"narrow"`
	Cells       []attackCell  `json:"cells,omitempty"`
	Suppressed  int           `json:"n_suppressed"`
}

// Run reads the tables, attacks them and writes what was found.
func (c *AttackCmd) Run(in io.Reader, out io.Writer) error {
	if c.Format == "svg" {
		return noPicture("an attack")
	}
	rules := attack.Marked
	var hierarchy json.RawMessage
	if c.Options != "" {
		raw, err := readSmall(c.Options)
		if err != nil {
			return err
		}
		var v struct{ Hierarchy json.RawMessage }
		if json.Unmarshal(raw, &v) == nil {
			hierarchy = v.Hierarchy
		}
		var args json.RawMessage
		if err := load(c.Options, &args); err != nil {
			return err
		}
		if rules, err = attackOptions(args); err != nil {
			return err
		}
	}
	var args []string
	if c.Hes {
		args = append(args, "--hes")
	}
	if c.Round != 0 {
		args = append(args, "--round", strconv.FormatInt(c.Round, 10))
	}
	if c.Star != "" {
		args = append(args, "--star", c.Star)
	}
	if err := applyRules(&rules, args); err != nil {
		return err
	}
	ls, err := readTables(c.Files, in)
	if err != nil {
		return err
	}
	tables := tablesOf(ls)
	h, err := hierarchyFile(c.Hierarchy, tables)
	if err == nil && h == nil {
		h, err = hierarchyJSON(hierarchy, tables, filepath.Dir(c.Options))
	}
	if err != nil {
		return err
	}
	steps := attack.DefaultSteps
	if c.Steps > 0 {
		steps = attack.Limit(c.Steps)
	}
	f, err := attack.Run(tables, h, rules, steps)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return writeJSON(out, attackJSON(f))
	}
	return attackTable(out, f)
}

// attackOptions reads ["--round", "5", "--star", "1-"], or an object of the same names.
func attackOptions(raw json.RawMessage) (attack.Rules, error) {
	rules := attack.Marked
	if !isSet(raw) {
		return rules, nil
	}
	var args []string
	if json.Unmarshal(raw, &args) != nil {
		var o struct {
			Hes   bool   `json:"hes"`
			Round int64  `json:"round"`
			Star  string `json:"star"`
		}
		if err := decode(raw, &o); err != nil {
			return rules, err
		}
		if o.Hes {
			args = append(args, "--hes")
		}
		if o.Round != 0 {
			args = append(args, "--round", strconv.FormatInt(o.Round, 10))
		}
		if o.Star != "" {
			args = append(args, "--star", o.Star)
		}
	}
	return rules, applyRules(&rules, args)
}

func applyRules(r *attack.Rules, args []string) error {
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		next := func() (string, error) {
			if joined {
				return value, nil
			}
			if i++; i >= len(args) {
				return "", fail.New(fail.Bad, "option %s needs a value after it", name)
			}
			return args[i], nil
		}
		switch name {
		case "--hes":
			*r = attack.HES
		case "--round":
			v, err := next()
			if err != nil {
				return err
			}
			if r.Base, err = strconv.ParseInt(v, 10, 64); err != nil || r.Base < 1 || r.Base > 1000 {
				return fail.New(fail.Bad, "--round: write the base from 1 to 1000, such as 5")
			}
		case "--star":
			v, err := next()
			if err != nil {
				return err
			}
			if err := markRange(r, v); err != nil {
				return err
			}
		default:
			return fail.New(fail.Bad, "an option of the attack is not known: use --hes, --round and --star")
		}
	}
	return nil
}

func markRange(r *attack.Rules, v string) error {
	low, high, ranged := strings.Cut(v, "-")
	bad := fail.New(fail.Bad, "--star: write 1-7, or 1- for 1 or more")
	n, err := strconv.ParseInt(low, 10, 64)
	if err != nil || n < 0 {
		return bad
	}
	r.MarkLow, r.MarkHigh = n, attack.Unbounded
	if !ranged {
		r.MarkHigh = n
	} else if high != "" {
		if r.MarkHigh, err = strconv.ParseInt(high, 10, 64); err != nil || r.MarkHigh < n || r.MarkHigh > attack.MaxCount {
			return bad
		}
	}
	return nil
}

func attackJSON(f attack.Finding) attackResult {
	r := attackResult{Status: f.Status, Recoverable: append([]string{}, f.Recoverable...), Narrow: append([]string{}, f.Narrow...), Suppressed: len(f.Cells)}
	r.Cells = []attackCell{}
	for _, c := range f.Cells {
		x := attackCell{Cell: c.Cell, Low: c.Low, Proven: c.Proven}
		if c.High < attack.Unbounded {
			x.High = &c.High
		}
		r.Cells = append(r.Cells, x)
	}
	return r
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
	_, err := fmt.Fprintf(w, "Result: %s. Hidden cells %d, worked out %d, narrowed to two values %d\n", f.Status, len(f.Cells), len(f.Recoverable), len(f.Narrow))
	return err
}

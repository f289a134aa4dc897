package stats

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/measure/disclose"
	"heed/internal/measure/result"
)

// DiscloseCmd is `heed stats disclose`: true counts in, a table fit to publish out, or
// a refusal with exit code 1 and nothing published.
type DiscloseCmd struct {
	Files            []string `arg:"" optional:"" help:"CSV files of true counts; standard input when left out."`
	Options          string   `help:"JSON file of options."`
	Earlier          []string `help:"Published tables that share cells or margins with these."`
	EarlierBy        []string `enum:"hes,rounded,marked" default:"hes" help:"What the earlier tables were published by: hes (rounded to 5, a mark is 1 to 7), rounded (a mark is 1 or more), marked (exact numbers, a mark is 1 or more). One for all, or one each."`
	National         bool     `help:"National counts: no control is needed."`
	NationalRowExact bool     `help:"Only the grand-total row is left as it is."`
	Labels           []string `help:"Columns of a wide file, after the first, that hold labels and not counts."`
	Reads
	Secondary bool   `help:"Hide further cells where the rule alone is not enough."`
	Margins   string `enum:"rounded,exact" default:"rounded" help:"With --secondary: show other numbers ${enum}."`
	Need      int64  `default:"3" help:"With --secondary: values that a hidden cell must keep (2 or 3)."`
	Output
}

type publishedTable struct {
	Name   string     `json:"name"`
	Header []string   `json:"header"`
	Rows   [][]string `json:"rows"`
}

type discloseResult struct {
	Published []publishedTable `json:"published,omitempty"`
	Attack    *result.Attack   `json:"attack_hes,omitempty"`
	Primary   []string         `json:"primary,omitempty"`
	Secondary []string         `json:"secondary,omitempty"`
	Refused   string           `json:"refused,omitempty"`
}

type discloseOptions struct {
	National         bool `json:"national"`
	NationalRowExact bool `json:"national_row_exact"`
	ExactTotal       bool `json:"exact_total"`
	Secondary        bool `json:"secondary"`
	Mark             any  `json:"mark"`
}

// Run reads true counts and publishes or refuses. What the release rests on is said
// beside it, on the error output, since the output is the table.
func (c *DiscloseCmd) Run(k *kong.Context, in io.Reader, out io.Writer) error {
	if c.Format == "svg" {
		return noPicture("disclosure control")
	}
	if c.Need != 2 && c.Need != 3 {
		return fail.New(fail.Bad, "--need: write 2 or 3")
	}
	var o discloseOptions
	if err := load(c.Options, &o); err != nil {
		return err
	}
	c.National, c.Secondary = c.National || o.National, c.Secondary || o.Secondary
	c.NationalRowExact, c.ExactTotal = c.NationalRowExact || o.NationalRowExact, c.ExactTotal || o.ExactTotal
	if c.Mark == "" && o.Mark != nil {
		c.Mark = fmt.Sprint(o.Mark)
	}
	if c.Mark != "" && c.Mark != disclose.Star && c.Mark != fiveMark {
		return fail.New(fail.Bad, "--mark: write * or 5")
	}
	if c.Mark == fiveMark && c.Secondary {
		return fail.New(fail.Bad, "--mark 5 stands for 1 to 7, and --secondary hides larger numbers too: leave one out")
	}
	if c.Cumulative && len(c.Files) > 1 {
		return fail.New(fail.Bad, "--cumulative: each file is an edition; give the new one as one file, and those before "+
			"it with --earlier")
	}
	ls, err := readTables(c.Files, in)
	if err != nil {
		return err
	}
	for _, l := range ls {
		if err := inFile(l.table.Name, len(ls), l.isTrue()); err != nil {
			return err
		}
		if err := inFile(l.table.Name, len(ls), l.labelled(c.Labels)); err != nil {
			return err
		}
	}
	var earlier []*laid
	if len(c.Earlier) > 0 {
		if earlier, err = readTables(c.Earlier, in); err != nil {
			return err
		}
		if err := c.rule(earlier); err != nil {
			return err
		}
	}
	for _, l := range ls {
		l.national(c.ExactTotal, c.NationalRowExact)
	}
	// The earlier editions come first, since a cumulative one is part of the next.
	reads := reading{Reads: c.Reads, strict: true}
	reads.ExactTotal = false
	if err := reads.published(earlier); err != nil {
		return err
	}
	tables, h, err := reads.join(append(slices.Clone(earlier), ls...), "")
	if err != nil {
		return err
	}
	r, refused := c.treat(ls, tables[len(earlier):], tables[:len(earlier)], h)
	if r == nil {
		return refused
	}
	if c.Format == "json" {
		if err := writeJSON(out, r); err != nil {
			return err
		}
		if refused != nil {
			return ErrDiffer
		}
		return nil
	}
	if refused != nil {
		return refused
	}
	if r.Attack != nil {
		fmt.Fprint(k.Stderr, sumsChecked(attack.Finding{Sums: r.Attack.Sums, NoTotal: r.Attack.NoTotal}))
	}
	for i, t := range r.Published {
		if i > 0 {
			fmt.Fprintln(out)
		}
		w := csv.NewWriter(out)
		if err := w.WriteAll(append([][]string{t.Header}, t.Rows...)); err != nil {
			return fmt.Errorf("write table: %w", err)
		}
	}
	return nil
}

// rule gives earlier tables the rules that they were published by: what a mark tells is
// decided by its own edition.
func (c *DiscloseCmd) rule(earlier []*laid) error {
	by := map[string]attack.Rules{"hes": attack.HES, "rounded": disclose.Rounded, "marked": attack.Marked}
	if len(c.EarlierBy) != 1 && len(c.EarlierBy) != len(earlier) {
		return fail.New(fail.Bad, "--earlier-by: give one for all earlier tables, or one for each")
	}
	for i, l := range earlier {
		r := by[c.EarlierBy[min(i, len(c.EarlierBy)-1)]]
		l.table.Rules = &r
	}
	return nil
}

// isTrue refuses marks and gaps in a table of true counts.
func (l *laid) isTrue() error {
	for i, c := range l.table.Cells {
		if c.Kind != attack.Number {
			s := l.sheet
			return fail.New(fail.Bad, "row %d, column %s: hidden or empty; give the true counts", s.lines[l.at[i][0]],
				s.header[l.at[i][1]])
		}
	}
	return nil
}

// treat applies the rule and, when asked, secondary suppression. A refusal comes with
// a result that publishes nothing.
func (c *DiscloseCmd) treat(ls []*laid, tables, earlier []attack.Table, h attack.Hierarchy) (*discloseResult, error) {
	r := &discloseResult{}
	if c.National {
		r.publish(ls, tables, c.Mark)
		return r, nil
	}
	published, found, err := disclose.Release(tables, earlier, h, attack.DefaultSteps)
	if err != nil && !fail.Is(err, fail.Refused) {
		return nil, err
	}
	if c.Secondary && (err != nil || c.Margins == "exact") {
		rules := disclose.Rounded
		if c.Margins == "exact" {
			rules = attack.Marked
		}
		var p disclose.Pattern
		p, err = disclose.Suppress(tables, h, disclose.Options{Rules: rules, Need: c.Need, Earlier: earlier,
			Steps: attack.DefaultSteps})
		if err != nil && !fail.Is(err, fail.Refused) {
			return nil, err
		}
		if published = p.Tables; err == nil {
			found = p.Finding
		}
		r.Primary, r.Secondary = hiddenNames(ls, p.Tables)
	}
	a := result.AttackOf(found)
	a.Cells = nil
	r.Attack = &a
	if err != nil {
		r.Refused, r.Primary, r.Secondary = words(err), nil, nil
		return r, err
	}
	r.publish(ls, published, c.Mark)
	return r, nil
}

func (r *discloseResult) publish(ls []*laid, tables []attack.Table, mark string) {
	for i, t := range tables {
		header, rows := ls[i].with(t, mark)
		r.Published = append(r.Published, publishedTable{t.Name, header, rows})
	}
}

// hiddenNames lists the marked cells as row/column, small counts and others apart.
func hiddenNames(ls []*laid, tables []attack.Table) (primary, secondary []string) {
	for i, t := range tables {
		for j, c := range t.Cells {
			name := strings.Join(c.At, "/")
			switch {
			case c.Kind != attack.Mark:
			case disclose.IsSmall(ls[i].table.Cells[j].N):
				primary = append(primary, name)
			default:
				secondary = append(secondary, name)
			}
		}
	}
	slices.Sort(primary)
	slices.Sort(secondary)
	return slices.Compact(primary), slices.Compact(secondary)
}

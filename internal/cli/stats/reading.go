package stats

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

// Reads is how tables are to be read: the same for an attack and for a release.
type Reads struct {
	Hierarchy  string `help:"Which members are parts of which: CSV with dim,child,parent, or JSON."`
	ExactTotal bool   `help:"The grand total is a national number and stands as it is."`
	Mark       string `help:"The mark of a hidden number: * or 5 (which then means 1 to 7)."`
	Cumulative bool   `help:"Each file is a whole edition, later than the one before it, with all that was in it; disclose takes one, after those of --earlier."`
}

// reading is what the numbers and marks of some tables mean.
type reading struct {
	Reads
	rules  attack.Rules
	strict bool            // every child of the hierarchy is in a table
	stated json.RawMessage // the field hierarchy of an options file
}

// reading puts the options file and the flags together.
func (c *AttackCmd) reading() (reading, error) {
	r := reading{rules: attack.Marked}
	if c.Options != "" {
		raw, err := readSmall(c.Options)
		if err != nil {
			return r, err
		}
		var v struct{ Hierarchy json.RawMessage }
		if json.Unmarshal(raw, &v) == nil {
			r.stated = v.Hierarchy
		}
		var args json.RawMessage
		if err := load(c.Options, &args); err != nil {
			return r, err
		}
		if err := r.options(args); err != nil {
			return r, err
		}
	}
	var args []string
	if c.Hes {
		args = append(args, "--hes")
	}
	if c.Round != 0 {
		args = append(args, "--round", strconv.FormatInt(c.Round, 10))
	}
	for name, value := range map[string]string{"--star": c.Star, "--mark": c.Mark, "--hierarchy": c.Hierarchy} {
		if value != "" {
			args = append(args, name, value)
		}
	}
	if c.Hierarchy != "" {
		r.stated = nil
	}
	r.ExactTotal, r.Cumulative = r.ExactTotal || c.ExactTotal, r.Cumulative || c.Cumulative
	return r, r.apply(args)
}

// options reads ["--round", "5", "--star", "1-"], or an object of the same names.
func (r *reading) options(raw json.RawMessage) error {
	if !isSet(raw) {
		return nil
	}
	var args []string
	if json.Unmarshal(raw, &args) == nil {
		return r.apply(args)
	}
	var o map[string]any
	if err := decode(raw, &o); err != nil {
		return err
	}
	for _, name := range sortedKeys(o) { // hes comes before round and star, which change it
		switch v := o[name]; {
		case v == true:
			args = append(args, "--"+strings.ReplaceAll(name, "_", "-"))
		case v != nil && v != false:
			args = append(args, "--"+strings.ReplaceAll(name, "_", "-"), fmt.Sprint(v))
		}
	}
	return r.apply(args)
}

func (r *reading) apply(args []string) error {
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		switch name {
		case "--hes":
			second := r.rules.Second
			r.rules = attack.HES
			r.rules.Second = second
			continue
		case "--exact-total":
			r.ExactTotal = true
			continue
		case "--cumulative":
			r.Cumulative = true
			continue
		}
		if !joined {
			if i++; i >= len(args) {
				return fail.New(fail.Bad, "option %s needs a value after it", name)
			}
			value = args[i]
		}
		if err := r.set(name, value); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) set(name, value string) (err error) {
	switch name {
	case "--round":
		if r.rules.Base, err = strconv.ParseInt(value, 10, 64); err != nil || r.rules.Base < 1 || r.rules.Base > 1000 {
			return fail.New(fail.Bad, "--round: write the base from 1 to 1000, such as 5")
		}
	case "--star":
		return r.star(value)
	case "--mark":
		if r.Mark = value; value != "*" && value != fiveMark {
			return fail.New(fail.Bad, "--mark: write * or 5")
		}
	case "--hierarchy":
		if value != "HIER" { // the vectors write this for the file that their field hierarchy names
			r.Hierarchy = value
		}
	default:
		return fail.New(fail.Bad, "an option of the attack is not known: use --hes, --round, --star, --mark, "+
			"--hierarchy, --exact-total and --cumulative")
	}
	return nil
}

// star reads what the mark means, or each of two.
func (r *reading) star(value string) error {
	for _, one := range strings.Split(value, ",") {
		mark, means, named := strings.Cut(strings.TrimSpace(one), "=")
		if !named {
			mark, means = "*", mark
		}
		m, err := markRange(means)
		switch {
		case err != nil:
			return err
		case mark == "*":
			r.rules.MarkLow, r.rules.MarkHigh = m.Low, m.High
		case mark == "**":
			r.rules.Second = m
		default:
			return fail.New(fail.Bad, "--star: the marks are * and **; write *=1-7,**=8-")
		}
	}
	return nil
}

func markRange(v string) (attack.Range, error) {
	low, high, ranged := strings.Cut(v, "-")
	bad := fail.New(fail.Bad, "--star: write 1-7, or 1- for 1 or more")
	n, err := strconv.ParseInt(low, 10, 64)
	if err != nil || n < 0 {
		return attack.Range{}, bad
	}
	r := attack.Range{Low: n, High: attack.Unbounded}
	if !ranged {
		r.High = n
	} else if high != "" {
		if r.High, err = strconv.ParseInt(high, 10, 64); err != nil || r.High < n || r.High > attack.MaxCount {
			return r, bad
		}
	}
	return r, nil
}

// tables gives the tables as they are to be read, and the hierarchy that joins them.
func (r reading) tables(ls []*laid, dir string) ([]attack.Table, attack.Hierarchy, error) {
	if err := r.published(ls); err != nil {
		return nil, nil, err
	}
	return r.join(ls, dir)
}

// published reads what marks and percentages of published tables say.
func (r reading) published(ls []*laid) error {
	second := false
	for _, l := range ls {
		if err := l.percentsTell(); err != nil {
			return err
		}
		if r.ExactTotal {
			l.exact(l.isGrandTotal)
		}
		for i := range l.table.Cells {
			v := &l.table.Cells[i].Value
			if r.Mark == fiveMark && v.Kind == attack.Number && v.N == 5 && !v.Exact {
				*v = attack.Value{Kind: attack.Mark}
			}
			second = second || v.Second
		}
	}
	if second && r.rules.Second == (attack.Range{}) {
		return fail.New(fail.Bad, "there are two marks: say what each means with --star \"*=1-7,**=8-\"")
	}
	return nil
}

// join names the dimensions over all files, and reads the hierarchy.
func (r reading) join(ls []*laid, dir string) ([]attack.Table, attack.Hierarchy, error) {
	if err := namesMatch(ls); err != nil {
		return nil, nil, err
	}
	nameColumns(ls)
	tables := tablesOf(ls)
	h, err := hierarchyFile(r.Hierarchy, tables)
	if err == nil && h == nil {
		h, err = hierarchyJSON(r.stated, tables, dir)
	}
	if err == nil {
		err = hierarchyMatches(h, ls, r.strict)
	}
	if err != nil || !r.Cumulative {
		return tables, h, err
	}
	if err := editionsShare(tables); err != nil {
		return nil, nil, err
	}
	return tables, editions(tables, h), nil
}

// editions puts every table into a dimension of its own: each edition is the one before
// it and what came since.
func editions(tables []attack.Table, h attack.Hierarchy) attack.Hierarchy {
	const dim = "edition"
	out := attack.Hierarchy{dim: {}}
	for d, parents := range h {
		out[d] = parents
	}
	for i := range tables {
		t := &tables[i]
		t.Dims = append([]string{dim}, t.Dims...)
		for j := range t.Cells {
			t.Cells[j].At = append([]string{strconv.Itoa(i + 1)}, t.Cells[j].At...)
		}
		if i > 0 {
			out[dim][strconv.Itoa(i+1)] = []string{strconv.Itoa(i), fmt.Sprintf("%d to %d", i, i+1)}
		}
	}
	return out
}

package stats

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/kappa"
	"heed/internal/measure/result"
)

// KappaCmd is `heed stats kappa`.
type KappaCmd struct {
	Input
	Output
}

// agreed is the answer, with its table.
type agreed struct{ result.Agreement }

// Run reads case,r1,r2,… and writes the agreement.
func (c *KappaCmd) Run(in io.Reader, out io.Writer) error {
	if c.Format == "svg" {
		return noPicture("agreement")
	}
	f, err := open(c.File, in)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := agreement(f)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return writeJSON(out, r)
	}
	return r.table(out)
}

func agreement(in io.Reader) (*agreed, error) {
	s, err := readCSV(in)
	if err != nil {
		return nil, err
	}
	first := 0
	if strings.EqualFold(s.header[0], "case") {
		first = 1
	}
	if len(s.header)-first < 2 {
		return nil, fail.New(fail.Bad, "row 1, column %d: agreement needs two raters or more; give case,r1,r2",
			len(s.header)+1)
	}
	ratings := make([][]string, len(s.rows))
	for i, row := range s.rows {
		ratings[i] = row[first:]
	}
	a, err := kappa.Measure(ratings)
	if err != nil {
		return nil, err
	}
	r := result.AgreementOf(a)
	return &agreed{r}, nil
}

// table shows the percentage, kappa with its limits, and the answers: always all three.
func (r *agreed) table(w io.Writer) error {
	rows := [][]string{
		{"cases with every answer", strconv.Itoa(r.CasesUsed)},
		{"raters", strconv.Itoa(r.Raters)},
		{"agreement", r.PercentAgreement.String() + "%"},
	}
	show := func(name string, e *result.Estimate) {
		if e == nil {
			return
		}
		v := e.Kappa.String()
		if v == "[x]" {
			v = "not calculable"
		} else if e.SE != nil {
			v += fmt.Sprintf(" (95%% %s to %s)", *e.Lower95, *e.Upper95)
		}
		rows = append(rows, []string{name, v})
	}
	show("Cohen's kappa", r.CohenUnweighted)
	if len(r.Categories) > 2 {
		show("Cohen's kappa, equal weights", r.CohenEqual)
		show("Cohen's kappa, squared weights", r.CohenSquared)
	}
	show("Fleiss' kappa", &r.Fleiss)
	for i, line := range r.Table {
		rows = append(rows, []string{"first said " + r.Categories[i], strings.Trim(fmt.Sprint(line), "[]")})
	}
	return grid(w, []string{"measure", "value"}, rows)
}

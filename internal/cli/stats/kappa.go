package stats

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/kappa"
)

// KappaCmd is `heed stats kappa`.
type KappaCmd struct {
	Input
	Output
}

type estimate struct {
	Kappa   num  `json:"kappa"`
	Z       num  `json:"z"`
	P       num  `json:"p"`
	SE      *num `json:"se,omitempty"`
	Lower95 *num `json:"lower95,omitempty"`
	Upper95 *num `json:"upper95,omitempty"`
}

type kappaCategory struct {
	Category string `json:"category"`
	Share    num    `json:"share"`
	Kappa    num    `json:"kappa"`
}

type kappaResult struct {
	CasesUsed        int       `json:"cases_used"`
	Raters           int       `json:"raters"`
	PercentAgreement num       `json:"percent_agreement"`
	CohenUnweighted  *estimate `json:"cohen_unweighted,omitempty"`
	CohenEqual       *estimate `json:"cohen_equal,omitempty"`
	CohenSquared     *estimate `json:"cohen_squared,omitempty"`
	Table            [][]int   `json:"table,omitempty"`
	Categories       []string  `json:"categories"`
	Fleiss           estimate  `json:"fleiss"`
	Conger           struct {
		Kappa num `json:"kappa"`
	} `json:"fleiss_exact_conger"`
	ByCategory []kappaCategory `json:"fleiss_by_category"`
}

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

func agreement(in io.Reader) (*kappaResult, error) {
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
	r := &kappaResult{CasesUsed: a.Cases, Raters: a.Raters, PercentAgreement: num(a.Percent), Table: a.Table,
		Categories: a.Categories}
	if a.Cohen != nil {
		r.CohenUnweighted = cohen(a.Cohen[kappa.Unweighted])
		r.CohenEqual = cohen(a.Cohen[kappa.Equal])
		r.CohenSquared = cohen(a.Cohen[kappa.Squared])
	}
	r.Fleiss = estimate{Kappa: num(a.Fleiss.Kappa), Z: num(a.Fleiss.Z), P: num(a.Fleiss.P)}
	r.Conger.Kappa = num(a.Conger)
	for _, x := range a.ByCategory {
		r.ByCategory = append(r.ByCategory, kappaCategory{x.Name, num(x.Share), num(x.Kappa)})
	}
	return r, nil
}

func cohen(e kappa.Estimate) *estimate {
	se, low, high := num(e.SE), num(e.Lower95), num(e.Upper95)
	return &estimate{num(e.Kappa), num(e.Z), num(e.P), &se, &low, &high}
}

// table shows the percentage, kappa with its limits, and the answers: always all three.
func (r *kappaResult) table(w io.Writer) error {
	rows := [][]string{
		{"cases with every answer", strconv.Itoa(r.CasesUsed)},
		{"raters", strconv.Itoa(r.Raters)},
		{"agreement", r.PercentAgreement.String() + "%"},
	}
	show := func(name string, e *estimate) {
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

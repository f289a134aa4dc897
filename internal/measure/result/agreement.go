package result

import "heed/internal/measure/kappa"

// Estimate is a kappa with its test and limits.
type Estimate struct {
	Kappa   Number  `json:"kappa"`
	Z       Number  `json:"z"`
	P       Number  `json:"p"`
	SE      *Number `json:"se,omitempty"`
	Lower95 *Number `json:"lower95,omitempty"`
	Upper95 *Number `json:"upper95,omitempty"`
}

// Category is the agreement on one answer.
type Category struct {
	Category string `json:"category"`
	Share    Number `json:"share"`
	Kappa    Number `json:"kappa"`
}

// Agreement is how far raters agree.
type Agreement struct {
	CasesUsed        int       `json:"cases_used"`
	Raters           int       `json:"raters"`
	PercentAgreement Number    `json:"percent_agreement"`
	CohenUnweighted  *Estimate `json:"cohen_unweighted,omitempty"`
	CohenEqual       *Estimate `json:"cohen_equal,omitempty"`
	CohenSquared     *Estimate `json:"cohen_squared,omitempty"`
	Table            [][]int   `json:"table,omitempty"`
	Categories       []string  `json:"categories"`
	Fleiss           Estimate  `json:"fleiss"`
	Conger           struct {
		Kappa Number `json:"kappa"`
	} `json:"fleiss_exact_conger"`
	ByCategory []Category `json:"fleiss_by_category"`
}

// AgreementOf writes down how far raters agree.
func AgreementOf(a kappa.Agreement) Agreement {
	r := Agreement{CasesUsed: a.Cases, Raters: a.Raters, PercentAgreement: Number(a.Percent), Table: a.Table,
		Categories: a.Categories}
	if a.Cohen != nil {
		r.CohenUnweighted = cohen(a.Cohen[kappa.Unweighted])
		r.CohenEqual = cohen(a.Cohen[kappa.Equal])
		r.CohenSquared = cohen(a.Cohen[kappa.Squared])
	}
	r.Fleiss = Estimate{Kappa: Number(a.Fleiss.Kappa), Z: Number(a.Fleiss.Z), P: Number(a.Fleiss.P)}
	r.Conger.Kappa = Number(a.Conger)
	for _, x := range a.ByCategory {
		r.ByCategory = append(r.ByCategory, Category{x.Name, Number(x.Share), Number(x.Kappa)})
	}
	return r
}

func cohen(e kappa.Estimate) *Estimate {
	se, low, high := Number(e.SE), Number(e.Lower95), Number(e.Upper95)
	return &Estimate{Number(e.Kappa), Number(e.Z), Number(e.P), &se, &low, &high}
}

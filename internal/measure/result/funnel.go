package result

import "heed/internal/measure/funnel"

// FunnelLimits are the limits for a unit, with and without overdispersion, and where it lies.
type FunnelLimits struct {
	LL95         Number `json:"ll95"`
	UL95         Number `json:"ul95"`
	LL998        Number `json:"ll998"`
	UL998        Number `json:"ul998"`
	ODLL95       Number `json:"od_ll95"`
	ODUL95       Number `json:"od_ul95"`
	ODLL998      Number `json:"od_ll998"`
	ODUL998      Number `json:"od_ul998"`
	Outlier95    int    `json:"outlier95"`
	Outlier998   int    `json:"outlier998"`
	ODOutlier95  int    `json:"od_outlier95"`
	ODOutlier998 int    `json:"od_outlier998"`
}

// FunnelUnit is one unit of a comparison.
type FunnelUnit struct {
	Unit        string `json:"unit"`
	Numerator   Number `json:"numerator"`
	Denominator Number `json:"denominator"`
	Value       Number `json:"value"`
	Z           Number `json:"z"`
	ZUsed       Number `json:"z_used"`
	Trimmed     int    `json:"trimmed"`
	FunnelLimits
}

// FunnelRecommended are the limits to go by where the reference differs in principle.
type FunnelRecommended struct {
	Unit string `json:"unit"`
	FunnelLimits
}

// FingertipsUnit is one unit as Fingertips compares it.
type FingertipsUnit struct {
	Unit         string              `json:"unit"`
	LL95         *Number             `json:"ll95,omitempty"`
	UL95         *Number             `json:"ul95,omitempty"`
	LL998        *Number             `json:"ll998,omitempty"`
	UL998        *Number             `json:"ul998,omitempty"`
	Significance funnel.Significance `json:"significance"`
}

// Fingertips is the comparison by confidence intervals.
type Fingertips struct {
	Average *Number          `json:"average,omitempty"`
	Units   []FingertipsUnit `json:"units"`
}

// Funnel is a comparison between units.
type Funnel struct {
	Target             Number              `json:"target"`
	Phi                Number              `json:"phi"`
	Tau2               Number              `json:"tau2"`
	AdjustedLimitsUsed bool                `json:"adjusted_limits_used"`
	Units              []FunnelUnit        `json:"units"`
	Recommended        []FunnelRecommended `json:"recommended,omitempty"`
	Fingertips         Fingertips          `json:"fingertips"`
	NotCalculable      []string            `json:"not_calculable,omitempty"`
	Warnings           []string            `json:"warnings,omitempty"`
}

// FunnelOf writes down what a comparison of these units found.
func FunnelOf(f funnel.Funnel, units []funnel.Unit, opt funnel.Options) (Funnel, error) {
	r := Funnel{Target: Number(f.Centre), Phi: Number(f.Dispersion), Tau2: Number(f.Between),
		AdjustedLimitsUsed: f.Adjusted,
		NotCalculable:      f.Without}
	for _, j := range f.Units {
		l := limitsOf(j)
		r.Units = append(r.Units, FunnelUnit{
			Unit: j.Name, Numerator: Number(j.Numerator), Denominator: Number(j.Denominator), Value: Number(j.Value),
			Z: Number(j.Z), ZUsed: Number(j.ZUsed), Trimmed: bit(j.Trimmed), FunnelLimits: l,
		})
		if opt.Data == funnel.PR || opt.Method == funnel.CQC {
			r.Recommended = append(r.Recommended, FunnelRecommended{j.Name, l})
		}
	}
	if f.Unusable {
		r.Warnings = append(r.Warnings, "too many units without events for SHMI: dispersion is endless; use --sr-method "+
			"CQC, or the Fingertips significance")
	}
	return r, r.compareFingertips(units, opt)
}

func (r *Funnel) compareFingertips(units []funnel.Unit, opt funnel.Options) error {
	average, compared, err := funnel.Fingertips(units, opt.Data)
	if err != nil {
		return err
	}
	if opt.Data == funnel.PR {
		a := Number(average)
		r.Fingertips.Average = &a
	}
	for _, c := range compared {
		u := FingertipsUnit{Unit: c.Name, Significance: c.Significance}
		if opt.Data == funnel.PR {
			a, b, x, y := Number(c.Limits.Low95), Number(c.Limits.High95), Number(c.Limits.Low998), Number(c.Limits.High998)
			u.LL95, u.UL95, u.LL998, u.UL998 = &a, &b, &x, &y
		}
		r.Fingertips.Units = append(r.Fingertips.Units, u)
	}
	return nil
}

func limitsOf(j funnel.Judged) FunnelLimits {
	return FunnelLimits{
		Number(j.Plain.Low95), Number(j.Plain.High95), Number(j.Plain.Low998), Number(j.Plain.High998),
		Number(j.Over.Low95), Number(j.Over.High95), Number(j.Over.Low998), Number(j.Over.High998),
		bit(j.Flags.Out95), bit(j.Flags.Out998), bit(j.OverFlag.Out95), bit(j.OverFlag.Out998),
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

package result

import (
	"fmt"
	"math"

	"heed/internal/measure/xmr"
)

// XmRSummary is what the chart of a series says.
type XmRSummary struct {
	Series        string `json:"series"`
	VariationType string `json:"variation_type"`
	VariationIcon string `json:"variation_icon"`
	AssuranceType Word   `json:"assurance_type"`
	AssuranceIcon Word   `json:"assurance_icon"`
	LatestPeriod  string `json:"latest_period,omitempty"`         // of the last value, when rows without one follow it
	LatestIcon    string `json:"latest_variation_icon,omitempty"` // what that value says: the icon of the chart
}

// XmRPoint is one period of a series.
type XmRPoint struct {
	Series           string  `json:"series"`
	Period           string  `json:"period"`
	Value            Number  `json:"value"`
	RebaseGroup      int     `json:"rebase_group"`
	Mean             Number  `json:"mean"`
	LPL              Number  `json:"lpl"`
	UPL              Number  `json:"upl"`
	OutsideLimits    *bool   `json:"outside_limits"`
	RelativeToMean   *int    `json:"relative_to_mean"`
	CloseToLimits    *bool   `json:"close_to_limits"`
	SpecialCauseType string  `json:"special_cause_type"`
	PointType        string  `json:"point_type"`
	ShortGroup       bool    `json:"short_group"`
	Target           *Number `json:"target"`
	Ghosted          bool    `json:"ghosted,omitempty"`
	GhostedValue     *Number `json:"ghosted_value,omitempty"`
}

// XmR are the charts of a file of series.
type XmR struct {
	ShortSeriesWarning bool         `json:"short_series_warning"`
	Summary            []XmRSummary `json:"summary"`
	Points             []XmRPoint   `json:"points"`
	Warnings           []string     `json:"warnings,omitempty"`
}

// Add writes down one series, judged against its target; nil: it has none.
func (r *XmR) Add(name string, c xmr.Chart, target *float64) {
	r.ShortSeriesWarning = r.ShortSeriesWarning || c.Short
	sum := XmRSummary{Series: name, VariationType: string(c.Variation), VariationIcon: c.Icon,
		AssuranceType: Word(c.Assurance), AssuranceIcon: Word(c.AssuranceIcon())}
	if last, known := c.Latest(); known && last.Period != c.Marks[len(c.Marks)-1].Period {
		// The vectors' fields speak of the last row, which says nothing; the chart and the
		// latest_ fields of the last value.
		sum.VariationType, sum.VariationIcon = string(xmr.Common), string(xmr.Common)
		sum.LatestPeriod, sum.LatestIcon = last.Period, c.Icon
	}
	r.Summary = append(r.Summary, sum)
	for _, m := range c.Marks {
		p := XmRPoint{
			Series: name, Period: m.Period, Value: Number(m.Value), RebaseGroup: m.Segment,
			Mean: Number(m.Mean), LPL: Number(m.Lower), UPL: Number(m.Upper),
			SpecialCauseType: string(m.Cause), PointType: string(m.Type), ShortGroup: m.Short,
		}
		if m.Known && !math.IsNaN(m.Mean) {
			p.RelativeToMean = &m.Side
		}
		if m.Known && m.Limited() {
			p.OutsideLimits, p.CloseToLimits = &m.Outside, &m.Near
		}
		if m.Ghosted {
			p.Ghosted, p.Value = true, Number(math.NaN())
			v := Number(m.Point.Value)
			p.GhostedValue = &v
		}
		if target != nil {
			t := Number(*target)
			p.Target = &t
		}
		r.Points = append(r.Points, p)
	}
	if c.Short {
		r.Warnings = append(r.Warnings, fmt.Sprintf("series %s: fewer than %d points in a segment: limits are a guide", name,
			xmr.Short))
	}
	if c.Collapsed {
		r.Warnings = append(r.Warnings, fmt.Sprintf("series %s: nearly constant, so that screening leaves no variation: "+
			"show the plain numbers, or do not screen", name))
	}
	if c.LowCounts {
		r.Warnings = append(r.Warnings, fmt.Sprintf("series %s: mean below %d a period: lengthen the period or show plain "+
			"counts, without limits", name, xmr.LowCount))
	}
}

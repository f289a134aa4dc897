package result

import "heed/internal/measure/attack"

// HiddenCell is a cell that is not shown, with the range that is left of it.
type HiddenCell struct {
	Cell   string `json:"cell"`
	Low    int64  `json:"low"`
	High   *int64 `json:"high"`
	Proven bool   `json:"proven"`
}

// Attack is what can be worked out from published tables.
type Attack struct {
	Status      attack.Status `json:"status"`
	Recoverable []string      `json:"recoverable"`
	Narrow      []string      `json:"narrow"`
	Cells       []HiddenCell  `json:"cells,omitempty"`
	Suppressed  int           `json:"n_suppressed"`
	Sums        []string      `json:"sums_checked,omitempty"`
	NoTotal     []string      `json:"no_total,omitempty"`
}

// AttackOf writes down what an attack found.
func AttackOf(f attack.Finding) Attack {
	r := Attack{
		Status: f.Status, Recoverable: append([]string{}, f.Recoverable...), Narrow: append([]string{}, f.Narrow...),
		Suppressed: len(f.Cells), Sums: f.Sums, NoTotal: f.NoTotal,
	}
	r.Cells = []HiddenCell{}
	for _, c := range f.Cells {
		x := HiddenCell{Cell: c.Cell, Low: c.Low, Proven: c.Proven}
		if c.High < attack.Unbounded {
			x.High = &c.High
		}
		r.Cells = append(r.Cells, x)
	}
	return r
}

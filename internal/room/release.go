package room

import (
	"fmt"
	"slices"

	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/measure/disclose"
	"heed/internal/process"
)

// Shown is what everybody who works in the organisation sees of an edition: the one door for
// small counts has let it through, together with what was shown of the editions before.
type Shown struct {
	Cells    []ShownCell       `json:"cells,omitempty"`
	Withheld map[string]string `json:"withheld,omitempty"` // figures that it did not let through, and why
}

// ShownCell is a cell as it is shown: rounded, or behind a mark. The column of a sum is Total.
type ShownCell struct {
	Figure string `json:"figure"`
	Column string `json:"column"`
	N      int64  `json:"n"`
	Hidden bool   `json:"hidden,omitempty"`
}

// release decides what is shown of an edition. Figures that count the same have one total,
// and are looked at together.
func release(d *process.Definition, e Closing, before []Closing) (out Shown) {
	var done []string
	figures := figuresOf(d, e.Period)
	for _, f := range figures {
		if slices.Contains(done, f.Event()) {
			continue
		}
		done = append(done, f.Event())
		alike := slices.DeleteFunc(slices.Clone(figures), func(x process.Figure) bool { return x.Event() != f.Event() })
		cells, err := releaseOf(d, e, before, alike)
		if err != nil {
			if out.Withheld == nil {
				out.Withheld = map[string]string{}
			}
			for _, x := range alike {
				out.Withheld[x.ID] = fail.Words(err)
			}
		}
		out.Cells = append(out.Cells, cells...)
	}
	return out
}

func releaseOf(d *process.Definition, e Closing, before []Closing, figures []process.Figure) ([]ShownCell, error) {
	o := disclose.Options{Rules: disclose.Rounded, Need: attack.Enough, Steps: attack.DefaultSteps}
	h := attack.Hierarchy{"edition": {}}
	var tables []attack.Table
	for _, f := range figures {
		tables = append(tables, e.exact(d, f))
		for _, b := range before {
			if t, ok := b.shown(f); ok {
				o.Earlier = append(o.Earlier, t)
			}
		}
	}
	for _, x := range append(slices.Clone(before), e) {
		if x.Edition > 1 { // what came late is what somebody can work out from two editions
			h["edition"][name(x)] = []string{name(Closing{Edition: x.Edition - 1}), "late in " + name(x)}
		}
	}
	got, err := disclose.Suppress(tables, h, o)
	if err != nil {
		return nil, err
	}
	var out []ShownCell
	for i, t := range got.Tables {
		for _, c := range t.Cells {
			out = append(out, ShownCell{figures[i].ID, c.At[1], c.N, c.Kind == attack.Mark})
		}
	}
	return out, nil
}

func name(e Closing) string { return fmt.Sprint("edition ", e.Edition) }

// exact is a figure of an edition with its sum, as the door takes it.
func (e Closing) exact(d *process.Definition, f process.Figure) attack.Table {
	t := attack.Table{Name: f.ID, Dims: dimensions(f)}
	var sum int64
	for _, c := range e.Cells {
		if c.Figure != f.ID {
			continue
		}
		sum += c.N
		if len(f.Columns(d)) > 1 {
			t.Cells = append(t.Cells, attack.Cell{At: []string{name(e), c.Column}, Value: attack.Value{Kind: attack.Number,
				N: c.N}})
		}
	}
	t.Cells = append(t.Cells, attack.Cell{At: []string{name(e), attack.Total}, Value: attack.Value{Kind: attack.Number,
		N: sum}})
	return t
}

// shown is a figure of an edition as everybody saw it; ok is false when nobody did.
func (e Closing) shown(f process.Figure) (t attack.Table, ok bool) {
	rules := disclose.Rounded
	t = attack.Table{Name: f.ID + " of " + name(e), Dims: dimensions(f), Rules: &rules}
	for _, c := range e.Shown.Cells {
		if c.Figure != f.ID {
			continue
		}
		v := attack.Value{Kind: attack.Number, N: c.N}
		if c.Hidden {
			v = attack.Value{Kind: attack.Mark}
		}
		t.Cells = append(t.Cells, attack.Cell{At: []string{name(e), c.Column}, Value: v})
	}
	return t, len(t.Cells) > 0
}

// dimensions are those of a figure's table: figures split by one question share a dimension.
func dimensions(f process.Figure) []string {
	by := f.By
	if by == "" {
		by = "outcome"
	}
	return []string{"edition", by}
}

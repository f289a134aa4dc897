package fieldweb

import (
	"slices"

	"heed/internal/clock/workday"
	"heed/internal/field"
	"heed/internal/web"
	"heed/internal/web/casework"
)

// Paper is a form to be filled in by hand, made of the same questions as of a day. An answer
// that is taken no further on paper is left out by its name.
func Paper(fields []field.Field, today workday.Day, without ...string) (out []web.Component) {
	for i, x := range field.On(fields, today) {
		if x.Kind == field.Part || x.Kind == field.Group {
			out = append(out, Paper(x.Fields, today, without...)...)
			continue
		}
		q := casework.PaperQuestion{Heading: x.Heading, Ask: x.Ask, Hint: x.Hint,
			Only: only(x, fields[:i], "Answer this only if you ticked"),
			Many: x.Kind == field.Choices, Lines: lines(x)}
		for _, id := range x.Offered() {
			if !slices.Contains(without, id) {
				q.Choices = append(q.Choices, x.Label(id))
			}
		}
		out = append(out, q)
	}
	return out
}

// lines is how much room an answer has on paper.
func lines(x field.Field) int {
	switch {
	case x.Kind != field.Text:
		return 1
	case x.Limit() <= shortText:
		return 3
	}
	return 12
}

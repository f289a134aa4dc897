package roomtest

import (
	"bytes"
	"math/rand/v2"
	"strings"

	"heed/internal/clock/workday"
	"heed/internal/document"
	"heed/internal/field"
	"heed/internal/id"
)

// examples makes answers that a form takes, from the definition alone.
type examples struct {
	r      *rand.Rand
	today  workday.Day
	person func(field.Field) id.Person
	team   id.Team
	word   string // stands in every text, so that a test can look for it
}

// Answers are answers that are taken: every question that must be answered, and most others.
func (x examples) Answers(fields []field.Field) field.Answers {
	out := field.Answers{}
	for _, f := range fields {
		if f.Shown(out) && (f.Must(out) || x.r.IntN(4) > 0) {
			if v := x.value(f); !v.Empty() {
				out[f.ID] = v
			}
		}
	}
	for _, f := range field.Documents(fields) { // one that ended before it began is not taken
		if e := f.Evidence; out.Get(e.Until) < max(out.Get(e.Day), out.Get(e.From)) {
			delete(out, e.Until)
		}
	}
	return out
}

func (x examples) value(f field.Field) field.Value {
	switch f.Kind {
	case field.Choice, field.YesNo:
		return field.Of(x.pick(f.Offered()))
	case field.Choices:
		return field.Value{List: []string{x.pick(f.Offered())}}
	case field.Day:
		n := x.r.IntN(300)
		switch f.When {
		case "later":
			n++
		case "ahead":
		default:
			n = -n
		}
		return field.Of(x.today.Add(n).String())
	case field.Month:
		return field.Of("2026-01")
	case field.Time:
		return field.Of("14:30")
	case field.Whole:
		return field.Of("1")
	case field.NHSNumber:
		return field.Of("9990000018")
	case field.Telephone:
		return field.Of("01632 960001")
	case field.Email:
		return field.Of(x.word + "@example.org")
	case field.Person:
		return field.Of(x.person(f).String())
	case field.Team:
		return field.Of(x.team.String())
	case field.Entry:
		return field.Of("1")
	case field.Document:
		return field.Value{File: sent("Example.txt", []byte(x.word+" in a document"))}
	case field.Part:
		return field.Value{Part: x.Answers(f.Fields)}
	case field.Group:
		return field.Value{Group: []field.Answers{x.Answers(f.Fields)}}
	case field.Line, field.Text, field.Org:
		s := x.word + " " + strings.Repeat("x", x.r.IntN(12)) + " Zoë O’Neill مريم"
		return field.Of(string([]rune(s)[:min(len([]rune(s)), f.Limit())]))
	}
	return field.Value{}
}

// sent is a document as somebody sends it.
func sent(name string, b []byte) *document.File {
	got, err := (*document.Spool)(nil).Take(name, bytes.NewReader(b))
	if err != nil { // of memory
		panic(err)
	}
	return got
}

func (x examples) pick(of []string) string { return of[x.r.IntN(len(of))] }

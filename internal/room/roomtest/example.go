package roomtest

import (
	"bytes"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/document"
	"heed/internal/field"
	"heed/internal/id"
)

// examples makes answers that a form takes, from the definition alone.
type examples struct {
	r      *rand.Rand // which steps are taken, and by whom
	lots   lots       // what is answered
	today  func() workday.Day
	person func(field.Field) id.Person
	team   id.Team
	word   string        // stands in every text, so that a test can look for it
	always field.Answers // what is answered whatever is drawn
}

// drawn are examples from a seed, as of the day that a clock shows, with a word in every text.
func drawn(seed uint64, now func() time.Time, word string) examples {
	return examples{r: rand.New(rand.NewPCG(seed, 1)), lots: lots{seed, map[string]*rand.Rand{}},
		today: func() workday.Day { return workday.Of(now()) }, word: word}
}

// lots are drawn for each field by itself: one field more changes no other's answers.
type lots struct {
	seed uint64
	all  map[string]*rand.Rand
}

func (l lots) of(name string) *rand.Rand {
	if l.all[name] == nil {
		l.all[name] = l.fresh(name)
	}
	return l.all[name]
}

func (l lots) fresh(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name)) //nolint:errcheck // a hash never fails
	return rand.New(rand.NewPCG(l.seed, h.Sum64()))
}

// about are examples that are drawn by what they are about, and not by what was drawn before.
func (x examples) about(what ...string) examples {
	x.lots = lots{x.lots.fresh(strings.Join(what, " ")).Uint64(), map[string]*rand.Rand{}}
	return x
}

// Answers are answers that are taken: every question that must be answered, and most others.
func (x examples) Answers(fields []field.Field) field.Answers {
	out := field.Answers{}
	for _, f := range field.On(fields, x.today()) {
		r := x.lots.of(f.ID)
		if f.Shown(out) && (f.Must(out) || asksNeeded(f) || r.IntN(4) > 0) {
			if v := x.value(f, r); !v.Empty() {
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

// asksNeeded says whether a question in a part has to be answered.
func asksNeeded(f field.Field) bool {
	return f.Kind == field.Part && slices.ContainsFunc(f.Fields, func(x field.Field) bool { return x.Needed })
}

func (x examples) value(f field.Field, r *rand.Rand) field.Value {
	if v, said := x.always[f.ID]; said {
		return v
	}
	switch f.Kind {
	case field.Choice, field.YesNo:
		return field.Of(pick(r, f.Offered()))
	case field.Choices:
		return field.Value{List: []string{pick(r, f.Offered())}}
	case field.Day:
		n := r.IntN(300)
		switch f.When {
		case "later":
			n++
		case "ahead":
		default:
			n = -n
		}
		return field.Of(x.today().Add(n).String())
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
		s := x.word + " " + strings.Repeat("x", r.IntN(12)) + " Zoë O’Neill مريم"
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

func pick(r *rand.Rand, of []string) string { return of[r.IntN(len(of))] }

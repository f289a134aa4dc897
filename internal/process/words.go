package process

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"heed/internal/field"
)

// unwanted are words that no screen of a safeguarding process uses. The list
// holds the plain cases; it cannot know every way of asking for the same thing,
// so a person still reads an overlay before it is used.
// Source: glossary ("Words to use and to avoid"); threat model, section 4.
var unwanted = regexp.MustCompile(`(?i)\b(scor(e|es|ed|ing)|rank(s|ed|ing|ings)?|(risk|threat|danger)[ -]?(level|rating|score|tier|band|grade)s?|` +
	`levels? of (risk|threat|danger)|(rag|traffic light) (rating|status)|red flags?|` +
	`rate (the|this) (person|risk)|out of (ten|10|100)|percent(age)?|likelihood|suspects?|extremists?|nominals?|targets?|` +
	`profil(e|es|ed|ing)|report (a|the) person|religio(n|us)|faith|muslims?|ethnic(ity)?|race|nationality|immigration|asylum|` +
	`political (views?|opinions?|party)|sexual(ity)?|checklist|tick (all|the|each))\b`)

// Unwanted names a word of a value that no screen may say, with its place; "" when
// there is none. It looks at every text that can be reached, names too: a word that a
// definition learns to say tomorrow is looked at without being named here.
func Unwanted(v any) string {
	return visit(reflect.ValueOf(v), "", "", func(at string, v reflect.Value, _ reflect.StructTag) string {
		if v.Kind() != reflect.String {
			return ""
		}
		w := unwanted.FindString(strings.ReplaceAll(norm.NFKC.String(v.String()), "_", " "))
		if w == "" {
			return ""
		}
		return fmt.Sprintf("%s says %q: ask for what was seen, said and decided, in words, "+
			"and never for a score, a level or a trait of the person", at, strings.ToLower(w))
	})
}

// Wording says what is wrong with the words of a definition, or "": the one check for
// the concern, for rooms, and for what an overlay adds.
func (d *Definition) Wording() string {
	if fault := Unwanted(d); fault != "" || !d.AboutPerson {
		return fault
	}
	return d.inOrder()
}

// inOrder says which labels, read side by side, would rank a person. The answers of
// questions are looked at with their form; see field.Form.
func (d *Definition) inOrder() string {
	sets := []labels{labelsOf("states", d.States, func(s StateInfo) string { return s.Label }),
		labelsOf("facts", d.Facts, func(f FactInfo) string { return f.Label }),
		labelsOf("lists", d.Lists, func(l List) string { return l.Title })}
	for i, s := range d.AllSteps {
		sets = append(sets, labelsOf(fmt.Sprintf("steps[%d].outcomes", i+1), s.Outcomes,
			func(o Outcome) string { return o.Label }))
	}
	for _, set := range sets {
		if field.Scale(set.words...) {
			return set.at + " are called as steps of an order, which would rank a person: say what was decided, in words"
		}
	}
	return ""
}

type labels struct {
	at    string
	words []string
}

func labelsOf[T any](at string, all []T, label func(T) string) labels {
	out := labels{at: at}
	for _, x := range all {
		out.words = append(out.words, label(x))
	}
	return out
}

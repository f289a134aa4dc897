package process

import (
	"fmt"
	"regexp"
	"strings"

	"heed/internal/field"
)

// unwanted are words that no screen of a safeguarding process uses. The list
// holds the plain cases; it cannot know every way of asking for the same thing,
// so a person still reads an overlay before it is used.
// Source: glossary ("Words to use and to avoid"); threat model, section 4.
var unwanted = regexp.MustCompile(`(?i)\b(scor(e|es|ed|ing)|rank(s|ed|ing|ings)?|risk[ -]?(level|rating|score|tier|band)s?|rag rating|` +
	`rate (the|this) (person|risk)|out of (ten|10|100)|percent(age)?|likelihood|suspects?|extremists?|nominals?|targets?|` +
	`profil(e|es|ed|ing)|report (a|the) person|religio(n|us)|faith|muslims?|ethnic(ity)?|race|nationality|immigration|asylum|` +
	`political (views?|opinions?|party)|sexual(ity)?|checklist|tick (all|the|each))\b`)

// words are all words of the definition that people see, each with its place.
func (d *Definition) allWords() (out []struct{ at, words string }) {
	add := func(at string, words ...string) {
		for _, w := range words {
			out = append(out, struct{ at, words string }{at, w})
		}
	}
	for _, s := range d.States {
		add("state "+string(s.ID), s.Label)
	}
	for _, f := range d.Facts {
		add("fact "+string(f.ID), f.Label, f.IfMissing, f.IfPresent)
	}
	for _, s := range d.AllSteps {
		at := "step " + string(s.ID)
		add(at, s.Label, s.Hint)
		for _, o := range s.Outcomes {
			add(at, o.Label)
		}
		for _, f := range s.Fields {
			addField(at, f, add)
		}
	}
	for _, t := range d.Timers {
		add("deadline "+t.ID, t.Label)
	}
	for _, c := range d.Contacts {
		add("contact "+c.ID, c.Label)
	}
	add("emergency", d.Emergency.Heading, d.Emergency.Words)
	add("emergency", d.Emergency.CallIf...)
	return out
}

func addField(at string, f field.Field, add func(at string, words ...string)) {
	at += ", question " + f.ID
	add(at, f.Heading, f.Ask, f.Hint, f.What, f.Short)
	for _, o := range f.Choices {
		add(at, o.Label, o.Hint)
	}
	for _, x := range f.Fields {
		addField(at, x, add)
	}
}

func unwantedWords(d *Definition) string {
	for _, x := range d.allWords() {
		if w := unwanted.FindString(x.words); w != "" {
			return fmt.Sprintf("the %s says %q", x.at, strings.ToLower(w))
		}
	}
	return ""
}

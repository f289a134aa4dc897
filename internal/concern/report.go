package concern

import (
	"slices"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/plain"
)

// Limits of what may be typed, in characters.
const (
	MaxText   = 4000 // a narrative
	MaxShort  = 500  // a sentence or two
	MaxLine   = 200  // a name or a place
	MaxPeriod = 200
)

var (
	whatRule   = plain.Field{Label: "what you are worried about", Limit: MaxText, Must: true}
	overRule   = plain.Field{Label: "over what time it happened", Limit: MaxPeriod}
	whereRule  = plain.Field{Label: "where it happened", Limit: MaxLine}
	nameRule   = plain.Field{Label: "the full name", Limit: MaxLine, Line: true}
	ageRule    = plain.Field{Label: "the date of birth or age", Limit: 40, Line: true}
	reachRule  = plain.Field{Label: "how and when to reach you", Limit: MaxShort}
	reasonRule = plain.Field{Label: "the reasons for your decision", Limit: MaxText, Must: true}
)

// Validate names every fault of a report; today is the day of sending in civil
// time. It may be asked page by page: each input has its own name.
func (r Report) Validate(today workday.Day) error {
	var f fail.Fields
	switch r.About {
	case AboutPatient, AboutVisitor, AboutPlace, AboutUnsure:
	case About(Colleague):
		f.Add("about", "A concern about a colleague goes by a separate route: ring the person named there")
	default:
		f.Add("about", "Select who the concern is about")
	}
	check := func(name string, rule plain.Field, text string) {
		if words := rule.Fault(text); words != "" {
			f.Add(name, words)
		}
	}
	check("what", whatRule, r.What)
	if words := dayFault("When it happened", r.When, today); words != "" {
		f.Add("when", words)
	}
	check("over", overRule, r.Over)
	check("where", whereRule, r.Where)
	check("person.name", nameRule, r.Person.Name)
	check("person.age", ageRule, r.Person.Age)
	if r.Person.Number != "" {
		if _, words := plain.NHSNumber(r.Person.Number); words != "" {
			f.Add("person.number", words)
		}
	}
	for _, s := range r.Spoken {
		if !slices.Contains([]Spoken{SpokenNobody, SpokenManager, SpokenLead, SpokenPerson, SpokenPolice}, s) {
			f.Add("spoken", "Select whom you have spoken to from the list")
		}
	}
	if slices.Contains(r.Spoken, SpokenNobody) && len(r.Spoken) > 1 {
		f.Add("spoken", "Select either nobody or the people you have spoken to")
	}
	if !slices.Contains([]Known{"", Yes, No, Unknown}, r.Knows) {
		f.Add("knows", "Select whether the person knows")
	}
	check("reach", reachRule, r.Reach)
	return f.Err()
}

// dayFault checks a stored day. The three inputs of a page are put together by
// the page, which has words for each part.
func dayFault(label, day string, today workday.Day) string {
	if day == "" {
		return ""
	}
	d, err := time.Parse(time.DateOnly, day)
	switch {
	case err != nil || d.Year() < 1900:
		return label + " must be a real date"
	case today.Before(workday.Day{Year: d.Year(), Month: d.Month(), Day: d.Day()}):
		return label + " must be today or in the past"
	}
	return ""
}

// tidy brings a valid report into the form that is stored: the NHS number as ten digits.
func (r Report) tidy() Report {
	if digits, fault := plain.NHSNumber(r.Person.Number); fault == "" {
		r.Person.Number = digits
	}
	return r
}

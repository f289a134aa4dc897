package fieldweb

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/web"
)

var form = []field.Field{
	{ID: "share", Ask: "Share?", What: "whether to share", Kind: field.Choice, Needed: true,
		Choices: []field.Option{{ID: "yes", Label: "Share it"}, {ID: "no", Label: "Keep it"}}},
	{ID: "why", Ask: "Why not?", What: "why not", Kind: field.Text,
		ShownWhen: []field.Condition{{Field: "share", Is: []string{"no"}}}},
	{ID: "other", Ask: "What else?", What: "what else", Kind: field.Line},
	{ID: "whom", Ask: "With whom?", Hint: "Name and role", What: "with whom", Kind: field.Line,
		ShownWhen: []field.Condition{{Field: "share", Is: []string{"yes"}}}},
	{ID: "person", Ask: "The person", What: "the person", Kind: field.Part, Fields: []field.Field{
		{ID: "number", Ask: "Number?", What: "the NHS number", Kind: field.NHSNumber},
		{ID: "born", Ask: "Born?", What: "the day of birth", Kind: field.Day, When: "past"}}},
}

// A question that hangs on an answer stands inside it where it can, and where it
// cannot, says when it is asked: without scripts nobody has to guess.
func TestAQuestionSaysWhenItIsAsked(t *testing.T) {
	all, err := Asking{Form: web.FormOf(url.Values{})}.Components(form)
	if err != nil {
		t.Fatal(err)
	}
	body, err := web.Stack(all...).Render()
	if err != nil {
		t.Fatal(err)
	}
	page := string(body)
	if !strings.Contains(page, "Answer this only if you chose “Share it” above. Name and role") {
		t.Error("a question far from its answer does not say when it is asked")
	}
	inside := strings.Index(page, "Why not?") < strings.Index(page, "What else?") &&
		strings.Index(page, "Why not?") > strings.Index(page, "Keep it")
	if !inside || strings.Contains(page, "“Keep it”") {
		t.Error("a question beside its answer does not stand inside it")
	}
}

// A part is asked side by side with the rest, kept together, and its faults lead to
// the very input; a wrong day to its wrong part.
func TestAPartOnAPage(t *testing.T) {
	typed := url.Values{"share": {"no"}, "number": {"12"}, "born-day": {"31"}, "born-month": {"2"}, "born-year": {"1990"}}
	in, finer := Answers(web.FormOf(typed), form)
	if in["person"].Part.Get("number") != "12" {
		t.Fatalf("%+v", in)
	}
	_, _, faults := field.Check(form, in, field.World{Today: workday.Day{Year: 2026, Month: 3, Day: 2}})
	got := fail.FieldsOf(finer.OnPage(faults.Err()))
	if got.For("number") == "" || got.For("born-day") == "" {
		t.Errorf("the faults lead to %+v", got)
	}
	for _, f := range got {
		if !strings.Contains(strings.Join(Names(form), " "), f.Name) {
			t.Errorf("the fault of %q leads to no input: there are %q", f.Name, Names(form))
		}
	}
}

// What a set offers is asked, on the page and on paper, and taken, on the same days.
func TestASetIsOfferedByTheDay(t *testing.T) {
	day := func(d int) workday.Day { return workday.Day{Year: 2026, Month: 4, Day: d} }
	set := []field.Field{{ID: "ground", Ask: "Ground?", What: "the ground", Kind: field.Choice, Set: "made_up",
		Choices: []field.Option{{ID: "old", Label: "The old Act", To: day(1), Now: "The new Act"},
			{ID: "new", Label: "The new Act", From: day(2), To: day(9)}, {ID: "always", Label: "Common law"}}}}
	for today, want := range map[workday.Day]string{
		day(1): "old always", day(2): "new always", day(9): "new always", day(10): "always",
	} {
		all, err := Asking{Form: web.FormOf(url.Values{}), Today: today}.Components(set)
		if err != nil {
			t.Fatal(err)
		}
		paper, err := web.Stack(Paper(set, today)...).Render()
		if err != nil {
			t.Fatal(err)
		}
		page, err := web.Stack(all...).Render()
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range set[0].Choices {
			offered := strings.Contains(want, o.ID)
			_, _, faults := field.Check(set, field.Said("ground", o.ID), field.World{Today: today})
			if strings.Contains(string(page), o.Label) != offered || strings.Contains(string(paper), o.Label) != offered ||
				(len(faults) == 0) != offered {
				t.Errorf("on %s %q must be offered and taken: %t; refused with %v", today, o.ID, offered, faults)
			}
		}
	}
	schema, err := json.Marshal(field.Schema(set))
	if err != nil || !strings.Contains(string(schema), `["old","new","always"]`) ||
		!strings.Contains(string(schema), "old until 2026-04-01; new from 2026-04-02 until 2026-04-09") {
		t.Errorf("the schema, which is of no day, says %s", schema)
	}
	if got := field.Show(set, field.Said("ground", "old"), nil)[0].Words; got !=
		"The old Act (until 1 April 2026; since then “The new Act”)" {
		t.Errorf("an old answer is shown as %q", got)
	}
}

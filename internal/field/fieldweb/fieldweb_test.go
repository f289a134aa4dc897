package fieldweb

import (
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

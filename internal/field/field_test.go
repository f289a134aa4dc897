package field

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"heed/internal/clock/workday"
)

var world = World{Today: workday.Day{Year: 2026, Month: 3, Day: 2},
	Known: func(f Field, id string) bool { return id == "somebody" }}

// Each kind takes what people type and refuses the rest in words that say what to do.
func TestKinds(t *testing.T) {
	for _, x := range []struct {
		f           Field
		in          Value
		kept, fault string
	}{
		{Field{Kind: Line}, Of("  A name  "), "A name", ""},
		{Field{Kind: Line}, Of("two\nlines"), "", "The thing must be on one line"},
		{Field{Kind: Line, Max: 3}, Of("four"), "", "The thing must be 3 characters or less"},
		{Field{Kind: Line}, Of("a\x00b"), "", "The thing includes a character that cannot be shown. Type it again instead " +
			"of pasting it"},
		{Field{Kind: Text}, Of("one\r\ntwo"), "one\ntwo", ""},
		{Field{Kind: Text, Needed: true}, Of(" \n "), "", "Enter the thing"},
		{Field{Kind: Text}, Value{List: []string{"a", "b"}}, "", "Enter the thing only once"},
		{Field{Kind: YesNo, Needed: true}, Of(""), "", "Select the thing"},
		{Field{Kind: YesNo}, Of("maybe"), "", "Select the thing"},
		{Field{Kind: YesNo}, Of("yes"), "yes", ""},
		{Field{Kind: Day}, Of("2026-02-30"), "", "The thing must be a real date"},
		{Field{Kind: Day}, Of("1899-12-31"), "", "The thing must be a real date"},
		{Field{Kind: Day, When: "past"}, Of("2026-03-03"), "", "The thing must be today or in the past"},
		{Field{Kind: Day, When: "past"}, Of("2026-03-02"), "2026-03-02", ""},
		{Field{Kind: Day, When: "ahead"}, Of("2026-03-01"), "", "The thing must be today or in the future"},
		{Field{Kind: Month}, Of("2026-13"), "", "The thing must be a real month"},
		{Field{Kind: Time}, Of("24:10"), "", "The thing must be a time, like 14:30"},
		{Field{Kind: Whole, Max: 2000}, Of("1,200"), "1200", ""},
		{Field{Kind: Whole, Max: 10}, Of("11"), "", "The thing must be between 0 and 10"},
		{Field{Kind: Whole, Max: 10}, Of("1.5"), "", "The thing must be a whole number"},
		{Field{Kind: NHSNumber}, Of("999 000 0018"), "9990000018", ""},
		{Field{Kind: NHSNumber}, Of("999 000 0019"), "", "Check the NHS number: it does not look right"},
		{Field{Kind: Telephone}, Of("01632 960001 ext. 2"), "01632 960001 ext. 2", ""},
		{Field{Kind: Telephone}, Of("ring me"), "", "Enter a telephone number, like 01632 960 001"},
		{Field{Kind: Email}, Of("a@b"), "", "Enter an email address in the correct format, like name@example.com"},
		{Field{Kind: Person}, Of("nobody"), "", "Select the thing"},
		{Field{Kind: Person}, Of("somebody"), "somebody", ""},
	} {
		x.f.ID, x.f.Ask, x.f.What = "it", "It?", "the thing"
		kept, _, faults := Check([]Field{x.f}, Answers{"it": x.in}, world)
		if kept.Get("it") != x.kept || faults.For("it") != x.fault {
			t.Errorf("%s of %q: %q, %q; want %q, %q", x.f.Kind, x.in.Text, kept.Get("it"), faults.For("it"), x.kept, x.fault)
		}
	}
}

func TestChoices(t *testing.T) {
	f := Field{ID: "it", What: "whom", Kind: Choices, Alone: "nobody",
		Choices: []Option{{ID: "nobody", Label: "Nobody"}, {ID: "a", Label: "A"}, {ID: "b", Label: "B"},
			{ID: "old", Label: "Old", Ended: true}}}
	for _, x := range []struct {
		in    []string
		kept  []string
		fault string
	}{
		{[]string{"b", "a", "a"}, []string{"a", "b"}, ""}, // in the order offered, each once
		{[]string{"nobody"}, []string{"nobody"}, ""},
		{[]string{"nobody", "a"}, nil, "Select either nobody or the others"},
		{[]string{"c"}, nil, "Select whom"},
		{[]string{"old"}, nil, "Select whom"},
	} {
		kept, _, faults := Check([]Field{f}, Answers{"it": {List: x.in}}, world)
		if !slices.Equal(kept["it"].List, x.kept) || faults.For("it") != x.fault {
			t.Errorf("%v: %v, %q; want %v, %q", x.in, kept["it"].List, faults.For("it"), x.kept, x.fault)
		}
	}
}

// A question is asked, and must be answered, by the answers before it; what is not
// asked is not kept, and is told.
func TestConditions(t *testing.T) {
	fields := []Field{
		{ID: "share", What: "whether", Kind: Choice, Needed: true,
			Choices: []Option{{ID: "yes", Label: "Share"}, {ID: "no", Label: "Do not"}}},
		{ID: "with", What: "with whom", Kind: Line, Needed: true,
			ShownWhen: []Condition{{Field: "share", Is: []string{"yes"}}}},
		{ID: "why", What: "why", Kind: Text, NeededWhen: []Condition{{Field: "share", Is: []string{"no"}}}},
	}
	_, unasked, faults := Check(fields, Answers{"share": Of("no"), "with": Of("police"), "made_up": Of("x")}, world)
	if faults.For("why") != "Enter why" || len(faults) != 1 || !slices.Equal(unasked, []string{"made_up", "with"}) {
		t.Errorf("%v %v", faults, unasked)
	}
	kept, unasked, faults := Check(fields, Answers{"share": Of("yes"), "with": Of("police")}, world)
	if len(faults)+len(unasked) != 0 || len(kept) != 2 {
		t.Errorf("%v %v %v", kept, unasked, faults)
	}
}

func TestGroups(t *testing.T) {
	fields := []Field{{ID: "spoken", What: "whom you have spoken to", Kind: Group, Max: 2,
		Fields: []Field{{ID: "who", What: "who", Kind: Line, Needed: true}, {ID: "on", What: "when", Kind: Day}}}}
	in := Answers{"spoken": {Group: []Answers{{"who": Of("A")}, {"on": Of("2026-01-01")}}}}
	_, _, faults := Check(fields, in, world)
	if faults.For("spoken.1.who") != "Enter who" {
		t.Errorf("%v", faults)
	}
	in["spoken"] = Value{Group: []Answers{{"who": Of("A")}, {"who": Of("B")}, {"who": Of("C")}}}
	if _, _, faults = Check(fields, in, world); faults.For("spoken") != "Whom you have spoken to must be 2 or fewer" {
		t.Errorf("%v", faults)
	}
}

// What is refused when a definition is read, each in words that name the place.
func TestForm(t *testing.T) {
	ok := func(f Field) Field {
		if f.ID == "" {
			f.ID = "a"
		}
		f.Ask, f.What = "Ask?", "what"
		return f
	}
	list := func(labels ...string) (out []Option) {
		for i, l := range labels {
			out = append(out, Option{ID: string(rune('a' + i)), Label: l})
		}
		return out
	}
	signs := func(kind Kind, names ...string) Field {
		f := Field{ID: strings.Join(names, ""), Kind: kind, Ask: "p", What: "p"}
		for _, n := range names {
			f.Fields = append(f.Fields, ok(Field{ID: "sign_" + n, Kind: YesNo}))
		}
		return f
	}
	for _, x := range []struct {
		fields []Field
		person bool
		want   string
	}{
		{[]Field{ok(Field{Kind: "rating"})}, false, `has the kind "rating"`},
		{[]Field{ok(Field{ID: "A b", Kind: Line})}, false, "must have a name"},
		{[]Field{{ID: "a", Kind: Line}}, false, `must have "ask"`},
		{[]Field{ok(Field{Kind: Choice})}, false, "must have choices"},
		{[]Field{ok(Field{Kind: Line}), ok(Field{Kind: Line})}, false, "given twice"},
		{[]Field{ok(Field{Kind: Line, ShownWhen: []Condition{{Field: "b", Is: []string{"yes"}}}})}, false,
			"no earlier question"},
		{[]Field{ok(Field{Kind: YesNo}),
			ok(Field{ID: "b", Kind: Line, ShownWhen: []Condition{{Field: "a", Is: []string{"maybe"}}}})}, false, "cannot hold"},
		{[]Field{ok(Field{Kind: Whole, Max: 10})}, true, "a number about a person"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("Low", "Medium", "High")})}, true, "choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("1", "2", "3")})}, true, "choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("Never happens", "Often happens")})}, true, "choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("Grade A", "Grade B")})}, true, "choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("A", "B", "C")})}, true, "choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("Tier 1", "Tier 2")})}, true, "choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("Band II", "Band III")})}, true, "choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("P1", "P2")})}, true, "choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("Green: leave it", "Amber: look again", "Red: act")})}, true,
			"choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("It is unlikely", "It is possible", "It is likely")})}, true,
			"choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("Not worried", "A bit worried", "Very worried")})}, true,
			"choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("★", "★★")})}, true, "choices in an order"},
		{[]Field{ok(Field{Kind: Choices, Choices: list("First", "Second", "Third")})}, true, "choices in an order"},
		{[]Field{{ID: "p", Kind: Part, Ask: "p", What: "p",
			Fields: []Field{ok(Field{Kind: Choice, Choices: list("Mild", "Severe")})}}}, true, "choices in an order"},
		{[]Field{ok(Field{Kind: Choice, Choices: list("A patient", "A colleague", "I am not sure")})}, true, ""},
		{[]Field{ok(Field{Kind: Choice, Choices: list("Public task, Article 6(1)(e)",
			"Legal obligation, Article 6(1)(c)")})}, true, ""},
		{[]Field{signs(Part, "a", "b"), signs(Part, "c", "d")}, true, "a list of signs"},
		{[]Field{signs(Group, "a", "b", "c")}, true, "a list of signs"},
		{[]Field{signs(Part, "a"), signs(Part, "b")}, true, ""},
		{[]Field{ok(Field{ID: "a", Kind: Choice, Choices: list("Seen", "Absent", "Not known")}),
			ok(Field{ID: "b", Kind: YesNo}),
			ok(Field{ID: "c", Kind: Choice, Choices: list("Seen", "Absent", "I do not know")})}, true, "a list of signs"},
		{[]Field{ok(Field{ID: "a", Kind: YesNo}), ok(Field{ID: "b", Kind: YesNo}),
			ok(Field{ID: "c", Kind: Choices, Choices: list("X")})}, true, "a list of signs"},
		{[]Field{ok(Field{Kind: Group, Fields: []Field{ok(Field{Kind: Whole, Max: 3})}})}, true, "a number about a person"},
		{[]Field{ok(Field{Kind: Whole, Max: 10}), ok(Field{ID: "b", Kind: Choice, Choices: list("Low", "High")})}, false, ""},
	} {
		got := Form("steps[1].fields", x.fields, x.person)
		if x.want == "" && got != "" || !strings.Contains(got, x.want) {
			t.Errorf("%+v: %q, want %q", x.fields, got, x.want)
		}
	}
}

func TestAnswersAreOneJSON(t *testing.T) {
	in := Answers{"a": Of("x"), "b": {List: []string{"p", "q"}}, "c": {Group: []Answers{{"d": Of("y")}}}}
	b, err := json.Marshal(in)
	if err != nil || string(b) != `{"a":"x","b":["p","q"],"c":[{"d":"y"}]}` {
		t.Fatalf("%s %v", b, err)
	}
	var out Answers
	if err := json.Unmarshal(b, &out); err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("%v %v", out, err)
	}
}

// A number or a true where a text is asked is refused by its field, with what to send;
// where a whole number is asked, or the number of an entry, it is taken.
func TestWhatIsNoTextIsRefusedByName(t *testing.T) {
	form := []Field{{ID: "a", What: "the words", Kind: Line}, {ID: "c", What: "what comes next", Kind: Choice,
		Choices: []Option{{ID: "x", Label: "X"}}},
		{ID: "n", What: "how many", Kind: Whole, Max: 20}, {ID: "l", What: "which", Kind: Choices,
			Choices: []Option{{ID: "x", Label: "X"}}},
		{ID: "d", What: "the day", Kind: Day}, {ID: "p", What: "the person", Kind: Part,
			Fields: []Field{{ID: "name", What: "the name", Kind: Line}}}}
	for body, want := range map[string]string{
		`{"a":12}`: "a The words must be text in quotation marks", `{"a":1.5}`: "a The words must be text in quotation marks",
		`{"a":true}`:     "a The words must be text in quotation marks",
		`{"a":[1]}`:      "a The words must be text in quotation marks",
		`{"c":false}`:    `c What comes next must be one of its choices, as text in quotation marks: "x"`,
		`{"l":[1,"x"]}`:  "l Which must be a list of texts, each in quotation marks",
		`{"l":true}`:     "l Which must be a list of texts, each in quotation marks",
		`{"d":20260327}`: `d The day must be text in quotation marks, like "2026-03-27"`,
		`{"n":1.5}`:      "n How many must be a whole number", `{"n":true}`: "n How many must be a whole number",
		`{"n": 12 }`: "", `{"n":"12"}`: "",
		`{"p":{"name":7}}`: "p.name The name must be text in quotation marks",
		`{"p":7}`:          "p The person must be given with the names of its parts", `{"a":null}`: "",
	} {
		var in Answers
		if err := json.Unmarshal([]byte(body), &in); err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		kept, _, faults := Check(form, in, world)
		got := ""
		for _, f := range faults {
			got += f.Name + " " + f.Words
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
		if said := kept["n"]; strings.HasPrefix(body, `{"n"`) && want == "" && !reflect.DeepEqual(said, Of("12")) {
			t.Errorf("%s is kept as %+v", body, said)
		}
		if again, err := json.Marshal(in); err != nil || want != "" && !bytes.Equal(again, []byte(body)) {
			t.Errorf("%s is written as %s, %v", body, again, err)
		}
	}
}

// What was said to a question that is not there any more is shown all the same.
func TestShowLeavesNothingOut(t *testing.T) {
	got := Show([]Field{{ID: "day", Ask: "When?", Short: "On", Kind: Day}},
		Answers{"day": Of("2026-03-02"), "gone": Of("still here")}, nil)
	if want := []Shown{{Key: "On", Words: "2 March 2026"}, {Key: "gone", Words: "still here"}}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

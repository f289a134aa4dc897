package room

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"heed/internal/process"
)

//go:embed testdata/note-1.json
var note string

var update = flag.Bool("update", false, "write the golden file anew")

// asksFor says where a person is asked for, and who says more of them.
func asksFor(part, by string) string {
	return fmt.Sprintf(` "person": {"in": %q, "name": "name", "born": "born", "age": "age", "number": "number", "by": [%q]},
 "deadlines"`, part, by)
}

// keeps says for how long records are kept, with one text of that changed.
func keeps(old, new string) string {
	const good = ` "keeps": {"by": ["safeguarding_lead"], "second": "safeguarding_lead", "owner": "safeguarding_lead", "days": 20,
   "word_days": 2, "periods": [{"years": 8, "because": "so", "evidence": "D", "source": "us"}]},
 "deadlines"`
	return strings.Replace(good, old, new, 1)
}

// whom has the good definition ask for a person, with one text of that changed.
func whom(old, new string) string {
	from := note[strings.Index(note, `{"id": "title"`):strings.Index(note, ` "deadlines"`)]
	part := `{"id": "whom", "ask": "Whom?", "what": "whom", "kind": "part", "fields": [
     {"id": "name", "ask": "Name?", "what": "the name", "kind": "line"},
     {"id": "born", "ask": "Born?", "what": "the day of birth", "kind": "day"},
     {"id": "age", "ask": "Age?", "what": "the age", "kind": "line"},
     {"id": "number", "ask": "Number?", "what": "the number", "kind": "nhs_number"}]},
    `
	return strings.Replace(part, old, new, 1) + from +
		strings.TrimSuffix(asksFor("whom", "safeguarding_lead"), ` "deadlines"`)
}

// badDefinitions are definitions with one thing wrong each: a text of the good one and what
// stands in its place.
var badDefinitions = []struct{ name, old, new string }{
	{"a kind of another room", `"note.decided"`, `"notes.decided"`},
	{"a kind that every room has", `"note.decided"`, `"note.viewed"`},
	{"the name of another process", `"process": "note"`, `"process": "jotting"`},
	{"no steps", note[strings.Index(note, ` "steps"`):strings.Index(note, ` "deadlines"`)], " \"steps\": [],\n"},
	{"no lists", note[strings.Index(note, ` "lists"`):strings.LastIndex(note, `}`)], " \"lists\": []\n"},
	{"kept from it by nobody", ` "deadlines"`, ` "kept_from": {"second": ["safeguarding_lead"]}, "deadlines"`},
	{"kept from it by a role misspelt", ` "deadlines"`, ` "kept_from": {"by": ["safegarding_lead"]}, "deadlines"`},
	{"a person who is asked for nowhere", ` "deadlines"`, asksFor("whom", "safeguarding_lead")},
	{"a person asked for in a question that is no part", ` "deadlines"`, asksFor("title", "safeguarding_lead")},
	{"a person of whom nobody says more", ` "deadlines"`, strings.Replace(asksFor("whom", ""), `, "by": [""]`, "", 1)},
	{"a person of whom a role misspelt says more", ` "deadlines"`, asksFor("whom", "safegarding_lead")},
	{"a day of birth that is a line", note[strings.Index(note, `{"id": "title"`):strings.Index(note, ` "deadlines"`)],
		whom(`"kind": "day"`, `"kind": "line"`)},
	{"a person asked for in records about none", note[strings.Index(note, `"about_person"`):strings.Index(note,
		` "deadlines"`)], strings.Replace(note[strings.Index(note, `"about_person"`):strings.Index(note, `{"id": "title"`)],
		"true", "false", 1) + whom(`"kind": "day"`, `"kind": "day"`)},
	{"an NHS number that is not asked", note[strings.Index(note, `{"id": "title"`):strings.Index(note, ` "deadlines"`)],
		whom(`"id": "number"`, `"id": "staff_number"`)},
	{"a step of its own that person makes", ` {"id": "decide",`, ` {"id": "know_person",`},
	{"kept by nobody", ` "deadlines"`, ` "keeps": {"periods": [{"years": 8}]}, "deadlines"`},
	{"kept for ever", ` "deadlines"`, keeps(`"years": 8`, `"years": 800`)},
	{"kept without saying why", ` "deadlines"`, keeps(`"because": "so"`, `"because": ""`)},
	{"kept for no period that is for all", ` "deadlines"`, keeps(`"years": 8`, `"years": 8, "when": ["decide"]`)},
	{"kept after a step misspelt", ` "deadlines"`, keeps(`[{`, `[{"when": ["decied"], "years": 1, "because": "so", "evidence": "D",
   "source": "us"}, {`)},
	{"looked at by who cannot keep it", ` "deadlines"`, keeps(`"owner": "safeguarding_lead"`,
		`"owner": "safegarding_lead"`)},
	{"a second word of a role misspelt", ` "deadlines"`, keeps(`"second": "safeguarding_lead"`,
		`"second": "safegarding_lead"`)},
	{"a second word at once", ` "deadlines"`, keeps(`"word_days": 2`, `"word_days": 0`)},
	{"a step about holds that is made", ` {"id": "decide",`, ` {"id": "ask_hold",`},
	{"recipients told by nobody", ` "deadlines"`, ` "disclosed": {"by": ["safegarding_lead"], "owner": "safegarding_lead",
   "days": 5}, "deadlines"`},
	{"recipients owed by who cannot tell them", ` "deadlines"`, ` "disclosed": {"by": ["safeguarding_lead"],
   "owner": "worker", "days": 5}, "deadlines"`},
	{"recipients told at once", ` "deadlines"`, ` "disclosed": {"by": ["safeguarding_lead"],
   "owner": "safeguarding_lead"}, "deadlines"`},
	{"recipients where nothing is sent", ` "deadlines"`, ` "disclosed": {"by": ["safeguarding_lead"],
   "owner": "safeguarding_lead", "days": 5}, "deadlines"`},
	{"whoever disagrees is answered by nobody", ` "deadlines"`, ` "challenged": {"of": ["decide"], "by": ["safeguarding_lead"],
   "again": "open", "owner": "safeguarding_lead", "days": 2}, "deadlines"`},
	{"a new decision at once", ` "deadlines"`, ` "challenged": {"of": ["decide"], "by": ["safeguarding_lead"],
   "levels": [{"role": "safeguarding_lead", "days": 2}], "again": "open", "owner": "safeguarding_lead"}, "deadlines"`},
	{"an answer at once", ` "deadlines"`, ` "challenged": {"of": ["decide"], "by": ["safeguarding_lead"],
   "levels": [{"role": "safeguarding_lead"}],
   "again": "open", "owner": "safeguarding_lead", "days": 2}, "deadlines"`},
	{"the next level is the same", ` "deadlines"`, ` "challenged": {"of": ["decide"], "by": ["safeguarding_lead"],
   "levels": [{"role": "safeguarding_lead", "days": 2}, {"role": "safeguarding_lead", "days": 2}],
   "again": "open", "owner": "safeguarding_lead", "days": 2}, "deadlines"`},
	{"decided anew after the end", ` "deadlines"`, ` "challenged": {"of": ["decide"], "by": ["safeguarding_lead"],
   "levels": [{"role": "safeguarding_lead", "days": 2}],
   "again": "shut", "owner": "safeguarding_lead", "days": 2}, "deadlines"`},
	{"decided anew where it cannot be", ` "deadlines"`, ` "challenged": {"of": ["decide"], "by": ["safeguarding_lead"],
   "levels": [{"role": "safeguarding_lead", "days": 2}],
   "again": "opne", "owner": "safeguarding_lead", "days": 2}, "deadlines"`},
	{"one disagrees with an unknown step", ` "deadlines"`, ` "challenged": {"of": ["decied"], "by": ["safeguarding_lead"],
   "levels": [{"role": "safeguarding_lead", "days": 2}],
   "again": "open", "owner": "safeguarding_lead", "days": 2}, "deadlines"`},
	{"clears what is no fact", ` "deadlines"`, ` "challenged": {"of": ["decide"], "by": ["safeguarding_lead"],
   "levels": [{"role": "safeguarding_lead", "days": 2}],
   "again": "open", "owner": "safeguarding_lead", "days": 2, "clears": ["told"]}, "deadlines"`},
	{"answered by a role misspelt", ` "deadlines"`, ` "challenged": {"of": ["decide"], "by": ["safeguarding_lead"],
   "levels": [{"role": "safegarding_lead", "days": 2}],
   "again": "open", "owner": "safeguarding_lead", "days": 2}, "deadlines"`},
	{"a step about who disagrees that is made", ` {"id": "decide",`, ` {"id": "challenge",`},
	{"a step that tells recipients and is made", ` {"id": "decide",`, ` {"id": "recipient_told",`},
	{"what is sent where nothing leaves", `"label": "Decide", "kind"`, `"sends": {"to": ["why"], "what": "why"},
   "label": "Decide", "kind"`},
	{"a step of its own that is made", ` {"id": "decide",`, ` {"id": "keep_from",`},
	{"a step that is never possible", `{"id": "decide",`, `{"id": "early", "label": "Early", "kind": "note.early",
   "roles": ["safeguarding_lead"], "fields": [],
   "outcomes": [{"id": "", "label": "Early", "moves": [{"from": ["new"]}]}]},
  {"id": "decide",`},
	{"no way to an end", `"to": "shut"`, `"to": "open"`},
	{"a list twice", `"lists": [`,
		`"lists": [{"id": "all", "title": "All", "empty": "None.", "of": "team", "order": "due"}, `},
	{"a list of an unknown fact", `"order": "due"}`, `"order": "due", "facts": ["told"]}`},
	{"a list at an unknown state", `"order": "due"}`, `"order": "due", "in": ["opne"]}`},
	{"an end in no list", `"order": "due"}`, `"order": "due", "open": "yes"}`},
	{"an end in a list of other states", `"order": "due"}`, `"order": "due", "in": ["open"]}`},
	{"an end in the list of whoever has it alone", `"of": "organisation"`, `"of": "owner"`},
	{"a list of what is open where nothing is", `"order": "due"}`, `"order": "due", "open": "yes", "in": ["shut"]}`},
	{"a list of whoever began it in the order of what they do not see", `"of": "organisation"`, `"of": "raiser"`},
	{"a duty without days", `"days": 5, `, ``},
	{"an owner of a duty misspelt", `"owner": "safeguarding_lead", "evidence"`, `"owner": "safegarding_lead", "evidence"`},
	{"a duty that is anyone's", `"owner": "safeguarding_lead", "evidence"`, `"owner": "anyone", "evidence"`},
	{"a role that Heed does not have", `"roles": [{"id"`,
		`"roles": [{"id": "wizard", "label": "Wizard", "one": "a wizard"}, {"id"`},
	{"heard of by an unknown", `"label": "Decide", "kind"`, `"hears": ["rasier"], "label": "Decide", "kind"`},
	{"another than an unknown", `"label": "Decide", "kind"`, `"other": ["begn"], "label": "Decide", "kind"`},
	{"seen by an unknown", `"sees": ["raiser"]`, `"sees": ["riaser"]`},
	{"a step called as an address", `{"id": "decide",`, step("access", "") + `{"id": "decide",`},
	{"a step called as the address of documents", `{"id": "decide",`, step("documents", "") + `{"id": "decide",`},
	{"a step called as the action that opens", `{"id": "decide",`, step("view", "") + `{"id": "decide",`},
	{"a step called as the action that erases", `{"id": "decide",`, step("erase", "") + `{"id": "decide",`},
	{"a step called as the action that links", `{"id": "decide",`, step("link", "") + `{"id": "decide",`},
	{"a step called as the action that counts", `{"id": "decide",`, step("count_confirmations", "") + `{"id": "decide",`},
	{"a step called as reading a list", `{"id": "decide",`, step("list_all", "") + `{"id": "decide",`},
	{"a step called as an organisation's own", `{"id": "decide",`, step("local_look", "") + `{"id": "decide",`},
	{"a step called as one that Heed takes", "}],\n \"deadlines\"", "},\n  " + strings.TrimSuffix(step("ground_ended",
		takes(`"keep": true, `, "")), ",\n  ") + "],\n " + relying("ground", "decide") + `"deadlines"`},
	{"a step called as what has lapsed", "}],\n \"deadlines\"", "},\n  " + strings.TrimSuffix(step("word_lapsed", ""),
		",\n  ") + `],
 "twos": [{"id": "word", "waits": "A second word", "lapsed": "It lapsed", "days": 5, "asks": ["begin"], "returns": ["decide"]}],
 "deadlines"`},
	{"a kind of what Heed writes", "}],\n \"deadlines\"", "},\n  " + strings.TrimSuffix(strings.Replace(step("early",
		takes(`"keep": true, `, "")), "note.early", "note.ground_ended", 1), ",\n  ") + "],\n " +
		strings.Replace(relying("ground", "decide"), "decide", "early", 1) + `"deadlines"`},
	{"a group called as an action", `"label": "Decide", "kind"`, `"group": "view", "label": "Decide", "kind"`},
	{"a group called as a step", `"order": "due"}`, `"order": "due", "group": "decide"}`},
	{"a person called as whoever began it", `"label": "Decide", "kind"`,
		`"people": [{"as": "raiser", "from": "actor"}], "label": "Decide", "kind"`},
	{"a page of every step in pages", `"label": "Decide", "kind"`,
		`"pages": [{"path": "check", "title": "What", "fields": ["how"]}], "label": "Decide", "kind"`},
	{"a person of no role", `"kind": "person", "of": ["safeguarding_lead"]`, `"kind": "person"`},
	{"a person of a role misspelt", `"kind": "person", "of": ["safeguarding_lead"]`, `"kind": "person", "of": ["leed"]`},
	{"a kind of field without a page", `"what": "words", "kind": "text"`, `"what": "words", "kind": "partner"`},
	{"a group without a page", `"what": "words", "kind": "text"`,
		`"what": "words", "kind": "group", "fields": [{"id": "x", "ask": "X?", "what": "x", "kind": "line"}]`},
	{"a part that is needed", `"what": "words", "kind": "text"`,
		`"what": "words", "kind": "part", "needed": true, "fields": [{"id": "x", "ask": "X?", "what": "x", "kind": "line"}]`},
	{"an answer without an outcome", `{"id": "stop", "label": "Stop"}`,
		`{"id": "stop", "label": "Stop"}, {"id": "wait", "label": "Wait"}`},
	{"a whole number about a person", `"what": "words", "kind": "text"`, `"what": "words", "kind": "whole", "max": 10`},
	{"choices in an order", `"label": "Keep"}, {"id": "stop", "label": "Stop"}`,
		`"label": "Low"}, {"id": "stop", "label": "High"}`},
	{"signs to be ticked, called choices", `{"id": "words",`, ticks("a", "b") + `{"id": "words",`},
	{"a need that cannot hold", `"is": ["keep"]`, `"is": ["kept"]`},
	{"nothing is due", `"until": ["decide/ended"]`, `"until": ["decide"]`},
	{"no title", `"entitled": "title"`, `"entitled": "titel"`},
	{"a page of its own", `"label": "Decide", "kind"`, `"path": "decision", "label": "Decide", "kind"`},
	{"a first step in parts", `"label": "Begin", "kind"`,
		`"pages": [{"path": "what", "title": "What", "fields": ["title", "who"]}], "label": "Begin", "kind"`},
	{"what was said before", `"label": "Decide", "kind"`, `"recall": ["never"], "label": "Decide", "kind"`},
	{"advice", `"label": "Decide", "kind"`, `"advisory": true, "label": "Decide", "kind"`},
	{"told", `"label": "Decide", "kind"`, `"told": true, "label": "Decide", "kind"`},
	{"what leaves without a decision", `"label": "Ended"`, `"leaves": "identifiable", "label": "Ended"`},
	{"what leaves in an emergency and is never decided", `"label": "Ended"`, `"leaves": "emergency", "label": "Ended"`},
	{"what decides and leaves at once", `"label": "Ended"`,
		`"leaves": "identifiable", "decides": "to_share", "label": "Ended"`},
	{"what decides in words of its own", `"label": "Ended"`, `"decides": "perhaps", "label": "Ended"`},
	{"a form that does not exist", `"label": "Decide", "kind"`, `"form": "sharing/0", "label": "Decide", "kind"`},
	{"a form beside questions of its own", `"label": "Decide", "kind"`, `"form": "sharing/1", "label": "Decide", "kind"`},
	{"what the raiser reads", `"label": "Ended"`, `"tells": "It was ended", "label": "Ended"`},
	{"the next word is another's", `"evidence": "D"`, `"evidence": "D", "others": true`},
	{"advice in a state", `"label": "Open"}`, `"label": "Open", "advice": ["emergency"]}`},
	{"numbers to ring", ` "contacts": []`, ` "contacts": [{"id": "team", "label": "Team", "number": "01632 960101"}]`},
	{"the 999 advice", ` "emergency": {}`, ` "emergency": {"words": "Call 999"}`},
	{"by when they hear", `"entitled": "title"`, `"entitled": "title", "hears_by": "look"`},
	{"a set that does not exist", `"choices": [{"id": "keep"`, `"set": "no_such", "choices": [{"id": "keep"`},
	{"a set beside choices", `"choices": [{"id": "keep"`, `"set": "lawful_bases", "choices": [{"id": "keep"`},
	{"a set that is not kept", `{"id": "words",`, takes("", "") + `{"id": "words",`},
	{"a set on whose items nothing is due", `{"id": "words",`, takes(`"keep": true, `, "") + `{"id": "words",`},
	{"a condition on an item of a set", `{"id": "words",`,
		takes(`"keep": true, `, `, "shown_when": [{"field": "ground", "is": ["6_1_e"]}]`) + `{"id": "words",`},
	{"what is due by a question without a set", `"deadlines"`, relying("how", "decide") + `"deadlines"`},
	{"what is due for anyone", `"deadlines"`, strings.Replace(relying("how", "decide"), "safeguarding_lead", "anyone", 1) +
		`"deadlines"`},
	{"an unknown name", `"evidence": "D"`, `"evidnce": "D"`},
	{"erased on nobody's word", `"first": ["safeguarding_lead"], `, ``},
	{"erased on anyone's word", `"second": ["safeguarding_lead"]`, `"second": ["anyone"]`},
	{"erased on the word of an unknown role", `"second": ["safeguarding_lead"]`, `"second": ["lead"]`},
	{"erased without a word to whoever may not", `, "open": "End this note before it is erased"`, ``},
	{"counted by a person", `"lists": [`, figure(`"steps": ["begin"], "by": "begin.who"`)},
	{"counted by what somebody wrote", `"lists": [`, figure(`"steps": ["begin"], "by": "begin.title"`)},
	{"counted by a question of another step", `"lists": [`, figure(`"steps": ["begin"], "by": "decide.how"`)},
	{"counted by a question that there is not", `"lists": [`, figure(`"steps": ["begin"], "by": "begin.nothing"`)},
	{"counted by nothing", `"lists": [`, figure(`"by": "begin.title"`)},
	{"two things counted as one", `"lists": [`, figure(`"steps": ["begin"], "enters": ["open"]`)},
	{"a step counted that there is not", `"lists": [`, figure(`"steps": ["begun"]`)},
	{"a state counted that there is not", `"lists": [`, figure(`"enters": ["opne"]`)},
	{"a duty counted without what meets it", `"lists": [`, figure(`"deadline": "look"`)},
	{"a duty that is met by what does not end it", `"lists": [`, figure(`"deadline": "look", "met": ["begin"]`)},
	{"a duty counted that there is not", `"lists": [`, figure(`"deadline": "lok", "met": ["begin"]`)},
	{"days from nowhere", `"lists": [`, figure(`"from": ["begin"], "days": [3]`)},
	{"days in no bands", `"lists": [`, figure(`"from": ["begin"], "to": ["decide"], "days": [5, 5]`)},
	{"a day that is none", `"lists": [`, figure(`"steps": ["begin"], "on": "title"`)},
	{"a figure by the day", `"lists": [`,
		`"figures": [{"id": "made", "title": "Made", "period": "day", "steps": ["begin"]}], "lists": [`},
	{"one thing by two periods", `"lists": [`, `"figures": [{"id": "made", "title": "Made", "period": "month", "steps": ["begin"]},
  {"id": "again", "title": "Made", "period": "quarter", "steps": ["begin"]}], "lists": [`},
	{"a figure twice", `"lists": [`, `"figures": [{"id": "made", "title": "Made", "period": "month", "steps": ["begin"]},
  {"id": "made", "title": "Made", "period": "month", "steps": ["decide"]}], "lists": [`},
}

// step is one more, which can be taken while a note is open.
func step(id, fields string) string {
	return fmt.Sprintf(`{"id": %q, "label": "Early", "kind": "note.early", "roles": ["safeguarding_lead"],
   "fields": [%s], "outcomes": [{"id": "", "label": "Early", "moves": [{"from": ["open"]}]}]},
  `, id, strings.TrimSuffix(strings.TrimSpace(fields), ","))
}

func figure(what string) string {
	return `"figures": [{"id": "made", "title": "Made", "period": "month", ` + what + `}], "lists": [`
}

// takes are two questions, the first of which takes from a set.
func takes(keep, second string) string {
	return `{"id": "ground", "ask": "Ground?", "what": "ground", "kind": "choice", ` + keep + `"set": "lawful_bases"},
    {"id": "more", "ask": "More?", "what": "more", "kind": "line"` + second + `},
    `
}

func relying(question, again string) string {
	return fmt.Sprintf(`"relies": [{"id": "ground", "field": %q, "due": "Look again", "days": 5,`+
		` "owner": "safeguarding_lead", "again": [%q]}],`+"\n ", question, again)
}

func ticks(names ...string) (out string) {
	for _, n := range names {
		out += fmt.Sprintf(`{"id": %q, "ask": "Was it?", "what": "whether", "kind": "choice", "choices": [{"id": "seen", "label": "Seen"}, {"id": "unseen", "label": "Not seen"}]},`+"\n    ", n)
	}
	return out
}

func taken(t *testing.T, text string) *Room {
	t.Helper()
	d, err := process.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return &Room{Name: "note", Number: 9, Kind: "Note", One: "note", Many: "notes", Compartment: "organisation", Rows: 1,
		Definitions: []*process.Definition{d}, Policies: rules}
}

// rules are who may do what with a note.
const rules = `
@id("note-lead-works")
@says("A safeguarding lead works on notes.")
permit (principal, action in [Action::"note.begin", Action::"note.decide", Action::"note.view", Action::"note.view_readers",
	Action::"note.erase"], resource is Note)
when { principal.role == "safeguarding_lead" };
@id("note-lead-lists")
@says("A safeguarding lead lists notes.")
permit (principal, action == Action::"note.list_all", resource is Office)
when { principal.role == "safeguarding_lead" };
`

// withPlace is a fault with its file and line, or in the value of a room; withRemedy are words that
// say what to do.
var (
	withPlace  = regexp.MustCompile(`(note|jotting)-[12]\.json:[1-9]\d*: (The file |[a-z])|^room note: policies\.cedar:[1-9]\d*: |^room "note" |^rooms note`)
	withRemedy = regexp.MustCompile(`\b(must|there are|known are|give (it|each|the|an?|both)|use another|leave (it |this )?out|only|` +
		`[Nn]ame (it|one|a|the)|[Pp]ermit|To mend it|so ask|ask (in words|for what|that one)|take the next|so that|Look there)\b`)
)

// TestRefused holds each bad definition and each bad room to its words: file, line,
// what is wrong, what to do.
func TestRefused(t *testing.T) {
	if err := taken(t, note).Check(); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	say := func(name string, err error) {
		if err == nil {
			t.Errorf("taken: %s", name)
		} else if !withPlace.MatchString(err.Error()) || !withRemedy.MatchString(err.Error()) {
			t.Errorf("%s is refused without file and line, or without what to do: %v", name, err)
		}
		fmt.Fprintf(&out, "%s\n    %v\n", name, err)
	}
	for _, c := range badDefinitions {
		if strings.Count(note, c.old) != 1 {
			t.Fatalf("%s: the good definition does not hold %q once", c.name, c.old)
		}
		text := strings.Replace(note, c.old, c.new, 1)
		d, err := process.Parse([]byte(text))
		if err == nil {
			r := taken(t, note)
			r.Definitions[0] = d
			err = r.Check()
		}
		say(c.name, err)
	}
	two := strings.Replace(note, `"version": 1`, `"version": 2`, 1)
	for _, c := range []struct {
		name   string
		change func(*Room)
	}{
		{"one version twice", func(r *Room) { r.Definitions = append(r.Definitions, r.Definitions[0]) }},
		{"the newest first", func(r *Room) { r.Definitions = append(taken(t, two).Definitions, r.Definitions...) }},
		{"another first step", func(r *Room) {
			r.Definitions = append(r.Definitions, taken(t, strings.Replace(two, `"note.begun"`, `"note.started"`, 1)).
				Definitions...)
		}},
		{"no Rows", func(r *Room) { r.Rows = 0 }},
		{"a space in Many", func(r *Room) { r.Many = "short notes" }},
		{"an underscore in Many", func(r *Room) { r.Many = "short_notes" }},
		{"about people without saying so", func(r *Room) {
			r.Compartment = "patient"
			r.Definitions = taken(t, strings.Replace(note, `"about_person": true`, `"about_person": false`, 1)).Definitions
		}},
		{"about people of whom none is kept from one", func(r *Room) { r.Compartment = "patient" }},
		{"a number of Heed's own", func(r *Room) { r.Number = 4 }},
		{"no definition", func(r *Room) { r.Definitions = nil }},
		{"nobody may take a step", func(r *Room) { r.Policies = strings.Replace(rules, `Action::"note.decide", `, "", 1) }},
		{"nobody may erase", func(r *Room) {
			r.Policies = strings.Replace(rules, `Action::"note.view_readers",
	Action::"note.erase"`, `Action::"note.view_readers"`, 1)
		}},
		{"nobody may erase what has ended", func(r *Room) {
			r.Policies += `
@id("note-kept") @says("What has ended is kept.")
forbid (principal, action == Action::"note.erase", resource is Note) when { resource.closed };
`
		}},
		{"nobody may see who has read", func(r *Room) {
			r.Policies = strings.Replace(rules, `Action::"note.view_readers",`, "", 1)
		}},
		{"nobody may read a list", func(r *Room) { r.Policies = rules[:strings.LastIndex(rules, "@id")] }},
		{"no rules", func(r *Room) { r.Policies = "" }},
	} {
		r := taken(t, note)
		c.change(r)
		say(c.name, r.Check())
	}
	for _, change := range []func(*Room){
		func(r *Room) { r.Name = "note" }, func(r *Room) { r.Number = 9 }, func(r *Room) { r.Kind = "Note" },
		func(r *Room) { r.Many = "notes" },
	} {
		other := taken(t, strings.ReplaceAll(strings.Replace(note, `"process": "note"`, `"process": "memo"`, 1), `"note.`,
			`"memo.`))
		other.Name, other.Number, other.Kind, other.One, other.Many = "memo", 10, "Memo", "memo", "memos"
		if change(other); other.Name == "note" {
			other.Definitions = taken(t, note).Definitions
		}
		other.Policies = strings.NewReplacer("note.", other.Name+".", "is Note", "is "+other.Kind).Replace(rules)
		_, err := NewDesk(Parts{}, taken(t, note), other)
		say("two rooms that share something", err)
	}
	const golden = "testdata/refused.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != out.String() {
		t.Errorf("the words differ from %s (run with -update if it is meant):\n%s", golden, out.String())
	}
}

// TestEveryRefusalNamesItsPlace puts nonsense in the place of each value of a definition, one by
// one: where it is refused, that is said with file and line, and with what to do.
func TestEveryRefusalNamesItsPlace(t *testing.T) {
	values := regexp.MustCompile(`"[^"]*"|\b\d+\b|\btrue\b`)
	refused := 0
	for _, at := range values.FindAllStringIndex(note, -1) {
		for _, nonsense := range []string{`"zz"`, `""`, `7`, `[]`} {
			text := note[:at[0]] + nonsense + note[at[1]:]
			if !json.Valid([]byte(text)) {
				continue
			}
			d, err := process.ParseFile("note-1.json", []byte(text))
			if err == nil {
				r := taken(t, note)
				r.Definitions[0] = d
				err = r.Check()
			}
			if err == nil {
				continue
			}
			refused++
			if !withPlace.MatchString(err.Error()) || !withRemedy.MatchString(err.Error()) {
				t.Errorf("%s for %s: %v", nonsense, note[at[0]:at[1]], err)
			}
		}
	}
	if refused < 300 {
		t.Errorf("only %d were refused", refused)
	}
}

// TestWhatIsOpenedAgainHasANextDate: the end leaves nothing due, so that a step which opens a
// record again must start what is.
func TestWhatIsOpenedAgainHasANextDate(t *testing.T) {
	again := strings.Replace(note, `  {"id": "decide",`, `  {"id": "again", "label": "Again", "kind": "note.again",
   "roles": ["safeguarding_lead"], "fields": [],
   "outcomes": [{"id": "", "label": "Again", "moves": [{"from": ["shut"], "to": "open"}]}]},
  {"id": "decide",`, 1)
	for from, want := range map[string]string{
		`"from": ["begin", "decide/kept"], "until": ["decide/kept"]`:                "nothing is due",
		`"from": ["begin", "again"], "until": ["decide/ended"]`:                     "",
		`"from": ["begin", "again"], "while_open": true, "until": ["decide/ended"]`: "",
	} {
		d, err := process.Parse([]byte(strings.Replace(again, `"from": ["begin"], "until": ["decide/ended"]`, from, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if fault := taken(t, note).sound(d); (fault == "") != (want == "") || !strings.Contains(fault, want) {
			t.Errorf("%s: %q, want %q", from, fault, want)
		}
	}
}

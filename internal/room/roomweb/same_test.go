package roomweb

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/field/fieldweb"
	"heed/internal/heedtest"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/web"
)

// hostile are texts that people and programs send.
var hostile = []string{"", " ", "a", "  spaces  ", "two\nlines", "crlf\r\nlines", strings.Repeat("x", 201),
	strings.Repeat("é", 4001), "\x00", "\xff", "<b>", "=1+1",
	"مريم", "\u200b", "12", "1,200", "-1", "1e3", "9990000018", "999 000 0018", "01632 960001", "a@b.c", "yes", "no",
	"one", "two", "14:30", "2026-02", "somebody"}

// A page and a program that send the same answers are told the same and keep the
// same, for 2,000 random forms with 4 random answers each, some of them those of two rooms
// under random overlays; an entry holds what was kept, and all of it shows.
func TestPageAndAPIAreOne(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	w := field.World{Today: workday.Day{Year: 2026, Month: 3, Day: 2},
		Known: func(_ field.Field, id string) bool { return id == "somebody" }}
	kept, refused := 0, 0
	for i := range 2000 {
		fields := form(r)
		if i%8 == 0 {
			fields = overlaid(t, r, i/8)
		}
		if fault := field.Form("fields", fields, false); fault != "" {
			t.Fatalf("form %d: %s", i, fault)
		}
		for range 4 {
			typed, sent := said(r, fields)
			page, _ := fieldweb.Answers(web.FormOf(typed), fields)
			onPageKept, _, faults := field.Check(fields, page, w)
			body, err := json.Marshal(sent)
			if err != nil {
				t.Fatal(err)
			}
			var decoded field.Answers
			if err := json.Unmarshal(body, &decoded); err != nil {
				t.Fatal(err)
			}
			apiKept, _, apiFaults := field.Check(fields, decoded, w)
			if names(faults) != names(apiFaults) {
				t.Fatalf("form %d: the page refuses %s, the program %s\n%+v\n%q", i, names(faults), names(apiFaults), fields, typed)
			}
			if len(faults) > 0 {
				refused++
				continue
			}
			kept++
			if !reflect.DeepEqual(onPageKept, apiKept) {
				t.Fatalf("form %d: the page keeps %v, the program %v", i, onPageKept, apiKept)
			}
			shows(t, i, fields, apiKept)
			stored(t, i, fields, apiKept, w)
		}
	}
	if kept < 500 || refused < 500 {
		t.Errorf("too dull: %d kept, %d refused", kept, refused)
	}
}

// shows: nothing that was accepted fails to show, each with words.
func shows(t *testing.T, i int, fields []field.Field, kept field.Answers) {
	t.Helper()
	want := 0
	for _, f := range fields {
		if f.Kind == field.Part {
			want += len(kept[f.ID].Part)
		} else if _, ok := kept[f.ID]; ok {
			want++
		}
	}
	lines := field.Show(fields, kept, nil)
	for _, l := range lines {
		if strings.TrimSpace(l.Key) == "" || strings.TrimSpace(l.Words) == "" {
			t.Fatalf("form %d: %v is shown as %+v", i, kept, l)
		}
	}
	if len(lines) != want {
		t.Fatalf("form %d: %d answers kept, %d shown", i, want, len(lines))
	}
}

// stored: what an entry holds is read as it was written, and the same form takes it again.
func stored(t *testing.T, i int, fields []field.Field, kept field.Answers, w field.World) {
	t.Helper()
	b, err := json.Marshal(room.Event{Answers: kept})
	if err != nil {
		t.Fatal(err)
	}
	var back room.Event
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if len(kept)+len(back.Answers) > 0 && !reflect.DeepEqual(back.Answers, kept) {
		t.Fatalf("form %d: %v was stored and is read as %v", i, kept, back.Answers)
	}
	again, unasked, faults := field.Check(fields, back.Answers, w)
	if len(faults)+len(unasked) > 0 || !reflect.DeepEqual(again, kept) {
		t.Fatalf("form %d: %v is stored, and taken again as %v, %v, %v", i, kept, again, unasked, faults)
	}
}

// overlaid are the questions of a step under a random overlay: one of the concern, or one of
// the register of policies, in turn.
func overlaid(t *testing.T, r *rand.Rand, n int) []field.Field {
	t.Helper()
	shipped, lay := process.Patient(), func(d *process.Definition, raw []byte) (*process.Definition, error) {
		return d.Overlay(raw, process.Safe)
	}
	if n%2 == 0 {
		shipped, lay = policy.Room().Latest(), policy.Room().Under
	}
	step := shipped.AllSteps[r.IntN(len(shipped.AllSteps))]
	waits := !step.Always && step.ID != process.DecideSharing // nothing is put before the others
	var questions []string
	for i := range 1 + r.IntN(3) {
		questions = append(questions, fmt.Sprintf(`{"id":"local_%d","text":"Ask %d?","optional":%v,"max":%d}`, i, i,
			r.IntN(2) == 0 || !waits, []int{0, 3, 300}[r.IntN(3)]))
	}
	parts := []string{fmt.Sprintf(`"questions":{%q:[%s]}`, step.ID, strings.Join(questions, ","))}
	f := step.Fields[r.IntN(len(step.Fields))]
	if waits {
		parts = append(parts, fmt.Sprintf(`"needed":{%q:[%q]}`, step.ID, f.ID))
	}
	leaves := func(o process.Outcome) bool { return o.Leaves != process.Stays }
	if waits && step.Form == "" && !slices.ContainsFunc(step.Outcomes, leaves) &&
		(f.Kind == field.Line || f.Kind == field.Text) {
		least := min(500, f.Limit())
		parts = append(parts, fmt.Sprintf(`"limits":{"%s.%s":%d}`, step.ID, f.ID, least+r.IntN(f.Limit()-least+1)))
	}
	d, err := lay(shipped, []byte(fmt.Sprintf(`{"overlay":"w","version":1,"on":%q,%s}`, shipped.Name(),
		strings.Join(parts, ","))))
	if err != nil {
		t.Fatal(err)
	}
	info, _ := d.Step(step.ID)
	return info.Fields
}

func names(faults fail.Fields) string { return fmt.Sprint(faults) }

func form(r *rand.Rand) []field.Field {
	kinds := []field.Kind{field.Line, field.Text, field.Choice, field.Choices, field.YesNo, field.Day, field.Whole,
		field.NHSNumber,
		field.Telephone, field.Email, field.Person, field.Month, field.Time, field.Part}
	out := make([]field.Field, 1+r.IntN(5))
	for i := range out {
		f := field.Field{ID: fmt.Sprintf("f%d", i), Ask: "Ask?", What: fmt.Sprintf("answer %d", i),
			Kind: kinds[r.IntN(len(kinds))], Needed: r.IntN(3) == 0}
		switch f.Kind {
		case field.Choice, field.Choices:
			f.Choices = []field.Option{{ID: "one", Label: "First"}, {ID: "two", Label: "Second"}}
			if f.Kind == field.Choices && r.IntN(2) == 0 {
				f.Alone = "one"
			}
		case field.Part: // what must be answered is a question of it
			f.Needed = false
			f.Fields = []field.Field{{ID: f.ID + "_name", Ask: "Name?", What: "the name", Kind: field.Line,
				Needed: r.IntN(4) == 0},
				{ID: f.ID + "_on", Ask: "When?", What: "the day", Kind: field.Day}}
		case field.Whole:
			f.Max = 1500
		case field.Day:
			f.When = []string{"", "past", "ahead"}[r.IntN(3)]
		case field.Line, field.Text:
			f.Max = []int{0, 3, 300}[r.IntN(3)]
		}
		if i > 0 && (out[i-1].Kind == field.Choice || out[i-1].Kind == field.YesNo) {
			c := field.Condition{Field: out[i-1].ID, Is: out[i-1].Offered()[:1]}
			switch r.IntN(3) {
			case 0:
				f.ShownWhen = []field.Condition{c}
			case 1:
				if f.Kind != field.Part {
					f.NeededWhen = []field.Condition{c}
				}
			}
		}
		out[i] = f
	}
	return out
}

// said are the same random answers as a page sends them and as a program does.
func said(r *rand.Rand, fields []field.Field) (url.Values, field.Answers) {
	typed, sent := url.Values{}, field.Answers{}
	for _, f := range fields {
		s := hostile[r.IntN(len(hostile))]
		switch f.Kind {
		case field.Day:
			day := []string{"", "2026-03-02", "2026-03-03", "2026-02-28", "2026-02-30", "1990-01-01"}[r.IntN(6)]
			if day != "" {
				maps.Copy(typed, heedtest.DayParts(f.ID, day))
			}
			sent.Set(f.ID, day)
		case field.Document: // is sent as a file: see documents in roomtest
		case field.Part:
			inner, part := said(r, f.Fields)
			maps.Copy(typed, inner)
			if len(part) > 0 {
				sent[f.ID] = field.Value{Part: part}
			}
		case field.Choice, field.YesNo:
			if ids := f.Offered(); r.IntN(2) == 0 {
				s = ids[r.IntN(len(ids))]
			}
			if s == "\xff" {
				s = "a"
			}
			typed.Set(f.ID, s)
			sent.Set(f.ID, s)
		case field.Choices:
			list := [][]string{nil, {"one"}, {"two", "one"}, {"three"}}[r.IntN(4)]
			typed[f.ID] = list
			if len(list) > 0 {
				sent[f.ID] = field.Value{List: list}
			}
		default:
			if s == "\xff" {
				s = "a" // broken UTF-8 cannot be sent as JSON
			}
			typed.Set(f.ID, s)
			sent.Set(f.ID, s)
		}
	}
	return typed, sent
}

// What was typed into a question that the other answers hide is named when it is left out.
func TestWhatIsNotKeptIsSaid(t *testing.T) {
	info := process.StepInfo{Fields: []field.Field{
		{ID: "kind", Ask: "Kind?", What: "the kind", Kind: field.Choice,
			Choices: []field.Option{{ID: "a", Label: "A"}, {ID: "b", Label: "B"}}},
		{ID: "partners", Ask: "Which?", What: "which partners it binds", Kind: field.Text,
			ShownWhen: []field.Condition{{Field: "kind", Is: []string{"b"}}}},
	}}
	for kind, want := range map[string]bool{"a": true, "b": false} {
		said := notKept(info, field.Answers{"kind": field.Of(kind), "partners": field.Of("Fernwick Council")}, time.Now())
		if strings.Contains(said, "which partners it binds") != want || strings.Contains(said, "Fernwick") {
			t.Errorf("kind %s: %q", kind, said)
		}
	}
}

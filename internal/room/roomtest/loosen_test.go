package roomtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/concern"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/heedtest/world"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
)

// TestNoOverlayLoosens: of 2,000 random overlays on three kinds of record each is refused
// with its line and words, or leaves what was shipped as strict as it was and as it reads: by
// an account of its own, written from the sentence in room.md and not from how overlays are
// laid. Among them are labels that change places, steps between two words, and words of two
// that are left to one role.
func TestNoOverlayLoosens(t *testing.T) {
	about := plan()
	about.Policies += planAdded
	lent := map[string]bool{booking().Name: true, badge().Name: true} // by other tests, without a rule for an added step
	others := func(r *room.Room) bool { return lent[r.Name] }
	rooms := append(slices.DeleteFunc(app.Kinds(), others), about)
	rules, err := room.Policy(append(slices.DeleteFunc(app.Rooms(), others), about)...)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(17, 18))
	taken, refused, steps, tried := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for i := range 2000 {
		def := rooms[i%len(rooms)].Latest()
		f := anyOverlay(r, def)
		bad := misleads(def, f)
		tried[bad]++
		o, err := room.ReadOverlay(rules, rooms, f.raw())
		if err != nil {
			var at *process.NotTaken
			if !errors.As(err, &at) || !fail.Is(err, fail.Bad) || at.Line < 1 || fail.Words(err) == "" {
				t.Fatalf("refused as %v\n%s", err, f.raw())
			}
			refused[def.Process]++
			continue
		}
		if bad != "" {
			t.Fatalf("%s, and it was taken:\n%s", bad, f.raw())
		}
		taken[def.Process]++
		steps[def.Process] += len(o.Becomes.AllSteps) - len(def.AllSteps)
		if loose := loosens(def, o.Becomes); loose != "" {
			t.Fatalf("%s, and it was taken:\n%s", loose, f.raw())
		}
		if len(f) > 3 && len(o.Becomes.Changes(def)) == 0 && !idle(f) {
			t.Fatalf("it changes something, and nothing is said of it:\n%s", f.raw())
		}
	}
	for _, x := range rooms {
		if name := x.Latest().Process; taken[name] < 100 || refused[name] < 100 || steps[name] < 20 {
			t.Errorf("of %s %d were taken, with %d steps, and %d refused: too dull", name, taken[name], steps[name],
				refused[name])
		}
	}
	t.Logf("%v were tried, %v taken", tried, taken)
	for _, bad := range []string{labelsSwapped, stepBetween, wordsOfOne} {
		if tried[bad] < 10 {
			t.Errorf("%d times %s: too dull", tried[bad], bad)
		}
	}
}

const (
	labelsSwapped = "two labels changed places"
	stepBetween   = "a step came between two words"
	wordsOfOne    = "two words were left to one role"
)

// misleads says what in an overlay would have somebody read or say what was not meant, by the
// file alone; or "".
func misleads(def *process.Definition, f file) string {
	words, _ := f["wording"].(file)
	for key, label := range words {
		for other, theirs := range words {
			if key != other && calledIn(def, key) == theirs && calledIn(def, other) == label {
				return labelsSwapped
			}
		}
	}
	added, _ := f["steps"].([]file)
	for _, s := range added {
		from := s["outcomes"].([]file)[0]["moves"].([]file)[0]["from"].([]string)
		for _, two := range def.Twos {
			first, _ := def.Step(two.First)
			if slices.ContainsFunc(process.From(first), func(x process.State) bool { return slices.Contains(from, string(x)) }) {
				return stepBetween
			}
		}
	}
	roles, _ := f["roles"].(file)
	for _, two := range def.Twos {
		one, _ := roles[string(two.First)].([]process.Role)
		other, _ := roles[string(two.Second)].([]process.Role)
		if first, _ := def.Step(two.First); len(first.Roles) > 1 && len(one) == 1 && slices.Equal(one, other) {
			return wordsOfOne
		}
	}
	return ""
}

func calledIn(def *process.Definition, key string) string {
	part := strings.Split(key, ".")
	if s, ok := def.Step(process.Step(part[1])); ok && part[0] == "step" {
		return s.Label
	}
	return def.Label(process.State(part[1]))
}

// planAdded is who takes what an organisation adds to a plan.
const planAdded = `
@id("plan-lead-takes-what-is-added")
@says("A safeguarding lead takes the steps that the organisation added to a plan.")
permit (principal, action == Action::"plan.local_step", resource is Plan)
when { principal.role == "safeguarding_lead" };
`

// TestOverlayOfASecondRoom holds the room that no program has to the clause of overlays.
func TestOverlayOfASecondRoom(t *testing.T) {
	world.Each(t, func(w *world.World) {
		r := plan()
		r.Policies += planAdded
		s := newSuite(w, r)
		s.t, s.beside = w.T.(*testing.T), []*room.Room{policy.Room()}
		s.desk = s.program(r, policy.Room())
		heeded(s)
	})
}

// idle says whether every part of an overlay may leave things as they were: a time that is
// as long as before, a question that was needed already.
func idle(f file) bool {
	for _, part := range []string{"questions", "steps", "deadlines"} {
		if _, has := f[part]; has {
			return false
		}
	}
	return true
}

// loosens is what an overlay made laxer, or "".
func loosens(was, is *process.Definition) string {
	for i, s := range was.AllSteps {
		n := is.AllSteps[i]
		if n.ID != s.ID || n.Kind != s.Kind || n.Owner != s.Owner || fmt.Sprint(n.People, n.Other, n.Forget, n.Sees,
			n.Hears, n.Stop) != fmt.Sprint(s.People, s.Other, s.Forget, s.Sees, s.Hears, s.Stop) {
			return "the step " + string(s.ID) + " is another"
		}
		for _, role := range n.Roles {
			if !slices.Contains(s.Roles, role) && role != process.Worker {
				return "more may take " + string(s.ID)
			}
		}
		for j, o := range s.Outcomes {
			for k, m := range o.Moves {
				x := n.Outcomes[j].Moves[k]
				if fmt.Sprint(x.From, x.To, x.Lacks, x.Sets, x.Clears) != fmt.Sprint(m.From, m.To, m.Lacks, m.Sets, m.Clears) ||
					!slices.Equal(x.Needs[:len(m.Needs)], m.Needs) {
					return "the step " + string(s.ID) + " does something else"
				}
			}
		}
		for _, loose := range []string{laxer(s, n), held(s, n)} {
			if loose != "" {
				return loose
			}
		}
	}
	for _, s := range is.AllSteps[len(was.AllSteps):] {
		for _, o := range s.Outcomes {
			for _, m := range o.Moves {
				if was.Process != "patient" && m.To != "" || slices.ContainsFunc(slices.Concat(m.Sets, m.Clears),
					func(f process.Fact) bool { return !process.IsLocal(f) }) {
					return "the added step " + string(s.ID) + " moves what is shipped"
				}
			}
		}
	}
	for i, d := range was.Timers {
		n := is.Timers[i]
		if n.Days > d.Days || n.Owner != d.Owner || fmt.Sprint(n.From, n.Until, n.On, n.Repeat, n.Any) != fmt.Sprint(d.From,
			d.Until, d.On, d.Repeat, d.Any) {
			return "the duty " + d.ID + " is laxer"
		}
	}
	for i, c := range was.Cycles {
		if n := is.Cycles[i]; n.Months > c.Months || fmt.Sprint(n.Opens, n.Closes) != fmt.Sprint(c.Opens, c.Closes) {
			return "what comes round is laxer: " + c.ID
		}
	}
	return ""
}

// held: before what must never wait nothing more stands, and what all organisations ask in the
// same way is asked so.
func held(s, n process.StepInfo) string {
	for i, f := range n.Fields {
		switch {
		case s.Always && f.Needed && (i >= len(s.Fields) || !s.Fields[i].Needed):
			return "more is to be answered before " + string(s.ID)
		case s.Form != "" && i < len(s.Fields) && (f.Ask != s.Fields[i].Ask || f.Limit() != s.Fields[i].Limit()):
			return "the form of " + string(s.ID) + " is asked otherwise"
		}
	}
	for i, o := range s.Outcomes {
		for j, m := range o.Moves {
			if is := n.Outcomes[i].Moves[j]; (s.Always || o.Decides == process.NotToShare) && len(is.Needs) > len(m.Needs) {
				return "something comes before " + string(s.ID)
			}
		}
	}
	return ""
}

// laxer: each question is asked, by the same name and kind, and as needed and as short at least.
func laxer(s, n process.StepInfo) string {
	for i, f := range s.Fields {
		x := n.Fields[i]
		switch {
		case x.ID != f.ID || x.Kind != f.Kind || fmt.Sprint(x.ShownWhen, x.Choices, x.Sees, x.Of, x.When) !=
			fmt.Sprint(f.ShownWhen, f.Choices, f.Sees, f.Of, f.When):
			return "the question " + f.ID + " of " + string(s.ID) + " is another"
		case f.Needed && !x.Needed, len(f.NeededWhen) > 0 && len(x.NeededWhen) == 0 && !x.Needed, x.Limit() > f.Limit():
			return "the question " + f.ID + " of " + string(s.ID) + " is laxer"
		}
	}
	for _, f := range n.Fields[len(s.Fields):] {
		if !process.IsLocal(f.ID) || f.Kind != field.Text {
			return "a question more is " + f.ID
		}
	}
	return ""
}

// anyOverlay is made of a few parts, some of which loosen, contradict or name nothing.
func anyOverlay(r *rand.Rand, def *process.Definition) file {
	f := file{"overlay": "any", "version": 1, "on": def.Name()}
	step := func() process.StepInfo { return def.AllSteps[r.IntN(len(def.AllSteps))] }
	state := func() string { return string(def.States[r.IntN(len(def.States))].ID) }
	odd := func() bool { return r.IntN(8) == 0 }
	for range 1 + r.IntN(2) {
		s := step()
		switch r.IntN(11) {
		case 0:
			t := def.Timers[r.IntN(len(def.Timers))]
			f = f.with("days", file{t.ID: t.Days - 2 + r.IntN(4)})
		case 1:
			if len(def.Cycles) > 0 {
				c := def.Cycles[r.IntN(len(def.Cycles))]
				f = f.with("months", file{c.ID: c.Months - 2 + r.IntN(4)})
			}
		case 2:
			if x, ok := anyField(r, s); ok {
				f = f.with("limits", file{string(s.ID) + "." + x.ID: x.Limit() - 5 + r.IntN(8)})
			}
		case 3:
			if x, ok := anyField(r, s); ok {
				f = f.with("needed", file{string(s.ID): []string{x.ID}})
			}
		case 4:
			f = f.with("questions", file{string(s.ID): []file{{"id": map[bool]string{true: "more", false: "local_more"}[odd()],
				"text":     map[bool]string{true: "How great is the risk level?", false: "What else?"}[odd()],
				"optional": r.IntN(2) == 0}}})
		case 5:
			some := slices.Clone(s.Roles)[:1+r.IntN(len(s.Roles))]
			if odd() {
				some = append(some, def.Roles[r.IntN(len(def.Roles))].ID)
			}
			f = f.with("roles", file{string(s.ID): some})
		case 6, 7:
			moves := file{"from": []string{state(), state()}, "sets": []string{"local_seen"}}
			if odd() {
				moves["to"] = state()
			}
			if odd() {
				moves["clears"] = []string{string(def.Facts[0].ID)}
			}
			f = f.with("facts", []file{{"id": "local_seen", "label": "It was seen", "if_missing": "See it first"}}).
				with("steps", []file{{"id": "local_see", "label": "See it", "roles": []process.Role{s.Roles[0]},
					"outcomes": []file{{"id": "", "label": "Seen", "moves": []file{moves}}}}})
			if r.IntN(2) == 0 {
				f = f.with("needs", file{string(step().ID): []string{"local_seen"}})
			}
		case 8:
			if other := step(); other.Label != s.Label {
				f = f.with("wording", file{"step." + string(s.ID) + ".label": other.Label,
					"step." + string(other.ID) + ".label": s.Label})
			}
		case 9:
			for _, two := range def.Twos {
				f = f.with("roles", file{string(two.First): s.Roles[:1], string(two.Second): s.Roles[:1]})
			}
		case 10:
			f = f.with("wording", file{"step." + string(s.ID) + ".label": map[bool]string{true: "",
				false: "Another word"}[odd()]})
		}
	}
	return f
}

func anyField(r *rand.Rand, s process.StepInfo) (field.Field, bool) {
	if len(s.Fields) == 0 {
		return field.Field{}, false
	}
	return s.Fields[r.IntN(len(s.Fields))], true
}

// TestTheLineOfAFault: a fault that only the whole has stands at the entry without which it
// would not be there.
func TestTheLineOfAFault(t *testing.T) {
	rules, err := room.Policy(policy.Room())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		line        int
		words, file string
	}{
		{4, "(withdraw) can be taken by nobody at any time", `{"overlay": "ours", "version": 1, "on": "policy/1",
 "facts": [{"id": "local_never", "label": "Never", "if_missing": "It is never so"}],
 "days": {"approve": 10},
 "needs": {"withdraw": ["local_never"]}}`},
		{2, "months.review must be 1 to 12", `{"overlay": "ours", "version": 1, "on": "policy/1",
 "months": {"review": 13}}`},
		{3, "executive_lead owes", `{"overlay": "ours", "version": 1, "on": "policy/1",
 "days": {"approve": 10},
 "roles": {"approve_second": ["governance_lead"], "ask_changes": ["governance_lead"], "refuse": ["governance_lead"]}}`},
		{3, "roles leave both approve_first and approve_second to governance_lead alone",
			`{"overlay": "ours", "version": 1, "on": "policy/1",
 "days": {"approve": 10},
 "roles": {"approve_first": ["governance_lead"],
  "approve_second": ["governance_lead"]}}`},
		{2, "roles.confirm_bar narrows who may take a step that protects people",
			`{"overlay": "ours", "version": 1, "on": "patient/1",
 "roles": {"confirm_bar": ["safeguarding_lead"]}}`},
		{1, "on must be one of patient/1, policy/1", `{"overlay": "ours", "version": 1, "on": "policies/1"}`},
		{3, "emergency is read for the concern alone", `{"overlay": "ours", "version": 1, "on": "policy/1",
 "days": {"approve": 10},
 "wording": {"emergency.words": "Ring us"}}`},
	} {
		_, err := room.ReadOverlay(rules, []*room.Room{concern.Room(), policy.Room()}, []byte(c.file))
		var at *process.NotTaken
		if !errors.As(err, &at) || at.Line != c.line || !strings.Contains(fail.Words(err), c.words) {
			t.Errorf("want line %d and %q, got %v\n%s", c.line, c.words, err, c.file)
		}
	}
}

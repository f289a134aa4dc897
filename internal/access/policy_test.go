package access

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/resolved"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"

	xast "github.com/cedar-policy/cedar-go/x/exp/ast"

	cedar "github.com/cedar-policy/cedar-go"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
)

func readSchema(t *testing.T) *resolved.Schema {
	t.Helper()
	raw, err := os.ReadFile("schema.cedarschema")
	if err != nil {
		t.Fatal(err)
	}
	var s schema.Schema
	if err := s.UnmarshalCedar(raw); err != nil {
		t.Fatal(err)
	}
	r, err := s.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustPolicy(t testing.TB) *Policy {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPoliciesAreStrictlyValid(t *testing.T) {
	v := validate.New(readSchema(t), validate.WithStrict())
	for _, r := range mustPolicy(t).rules {
		if err := v.Policy(string(r.id), (*xast.Policy)(r.policy.AST())); err != nil {
			t.Errorf("%s: %v", r.id, err)
		}
	}
}

// The validator has to find what would silently switch a rule off.
func TestTheValidatorFindsPlantedFaults(t *testing.T) {
	v := validate.New(readSchema(t), validate.WithStrict())
	for _, fault := range []string{
		`permit (principal, action == Action::"triag", resource is Concern);`,
		`permit (principal, action == Action::"triage", resource is Concern) when { resource.owner == principal };`,
		`forbid (principal, action == Action::"triage", resource is Concern) when { resource.subject.contains(principal) };`,
		`permit (principal, action == Action::"triage", resource is Concern) when { principal.team == resource.team };`,
		`permit (principal, action == Action::"triage", resource is Concern) when { context.reason };`,
	} {
		list, err := cedar.NewPolicyListFromBytes("fault", []byte(fault))
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Policy("fault", (*xast.Policy)(list[0].AST())); err == nil {
			t.Errorf("accepted: %s", fault)
		}
	}
}

// The groups of actions in Go and those in the schema are the same, and so are the actions.
func TestActionsAreThoseOfTheSchema(t *testing.T) {
	s := readSchema(t)
	inSchema := map[string]bool{}
	for uid := range s.Actions {
		inSchema[string(uid.ID)] = true
	}
	for _, act := range slices.Concat(RecordActions(), Functions()) {
		a, ok := s.Actions[actionUID(string(act))]
		if !ok {
			t.Errorf("%s is not in the schema", act)
			continue
		}
		delete(inSchema, string(act))
		var got []string
		for parent := range a.Entity.Parents.All() {
			got = append(got, string(parent.ID))
		}
		slices.Sort(got)
		want := slices.Clone(groups[act])
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s is in %v in the schema and in %v in Go", act, got, want)
		}
		if verbs[act] == "" {
			t.Errorf("%s has no words", act)
		}
	}
	for _, g := range []string{"own", "working", "deciding", "complete"} {
		delete(inSchema, g)
	}
	if len(inSchema) > 0 {
		t.Errorf("only in the schema: %v", inSchema)
	}
}

func TestNothingForNobody(t *testing.T) {
	p, w := mustPolicy(t), newCast()
	for _, a := range []Actor{
		{}, {Person: w.me, Role: Lead, MFA: true}, {Org: w.org, Role: Lead, MFA: true},
		{Person: w.me, Org: w.org, MFA: true}, {Person: w.me, Org: w.org, Role: "root", MFA: true},
		{Person: w.me, Org: w.org, Role: System, MFA: true},
	} {
		for _, act := range slices.Concat(RecordActions(), Functions()) {
			for _, r := range []Resource{{}, Function(w.org), Function(id.Org{}), {Kind: KindConcern, Org: w.org,
				Compartment: Patient}} {
				if d := p.Decide(a, act, r, Context{Reason: "x"}); d.Effect != Deny || d.Rule != RuleNobody {
					t.Fatalf("%+v %s: %+v", a, act, d)
				}
			}
		}
	}
	// No team is nobody's team.
	lead := Actor{Person: w.me, Org: w.org, Role: Lead, MFA: true}
	if d := p.Decide(lead, ViewConcern, Resource{Kind: KindConcern, Org: w.org, Compartment: Patient},
		Context{}); d.Effect != Deny {
		t.Errorf("a lead without a team opens a concern without a team: %+v", d)
	}
}

func TestErrTellsOfFunctionsAndHidesRecords(t *testing.T) {
	p, w := mustPolicy(t), newCast()
	worker := Actor{Person: w.me, Org: w.org, Role: Worker, MFA: true}
	fn := Function(w.org)
	err := p.Decide(worker, ListInbox, fn, Context{}).Err(fn)
	if !fail.Is(err, fail.Refused) || fail.Words(err) != "Only a safeguarding lead can list a team's concerns" {
		t.Errorf("function: %v", err)
	}
	rec := Resource{Kind: KindConcern, Org: w.org, Compartment: Patient, Team: w.team}
	if err := p.Decide(worker, ViewConcern, rec, Context{}).Err(rec); !fail.Is(err, fail.Hidden) ||
		fail.Words(err) != "Page not found" {
		t.Errorf("record: %v", err)
	}
	guardian := Actor{Person: w.me, Org: w.org, Role: CaldicottGuardian, MFA: true}
	err = p.Decide(guardian, ViewConcern, rec, Context{Reason: "  "}).Err(rec)
	if !fail.Is(err, fail.Bad) || fail.FieldsOf(err).For("reason") == "" {
		t.Errorf("reason: %v", err)
	}
	if d := p.Decide(guardian, BreakGlass, rec, Context{Reason: "asked by the court"}); !d.GlassBroken() {
		t.Errorf("break-glass: %+v", d)
	}
	if !p.BreaksGlass(guardian) || p.BreaksGlass(worker) {
		t.Error("BreaksGlass")
	}
}

func TestARuleThatBreaksCloses(t *testing.T) {
	p, w := mustPolicy(t), newCast()
	list, err := cedar.NewPolicyListFromBytes("broken",
		[]byte(`forbid (principal, action, resource) when { resource.nothing == "x" };`))
	if err != nil {
		t.Fatal(err)
	}
	p.rules = append(p.rules, rule{"broken", "breaks", list[0]})
	if err := p.sort(); err != nil {
		t.Fatal(err)
	}
	a := Actor{Person: w.me, Org: w.org, Role: Worker, MFA: true}
	if d := p.Decide(a, RaiseConcern, Function(w.org), Context{}); d.Effect != Deny || d.Rule != RuleBroken {
		t.Errorf("%+v", d)
	}
}

// cast are the people and places of the tests.
type cast struct {
	org, otherOrg   id.Org
	team, otherTeam id.Team
	me, other       id.Person
}

func newCast() cast {
	t0 := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	return cast{id.NewOrg(t0), id.NewOrg(t0), id.NewTeam(t0), id.NewTeam(t0), id.NewPerson(t0), id.NewPerson(t0)}
}

// The rules kept for an action are those that matter for it: with all rules every
// decision is the same, rule for rule.
func TestSortingRulesChangesNoDecision(t *testing.T) {
	sorted := mustPolicy(t)
	all := &Policy{rules: sorted.rules, byAction: map[Action]ruleList{}, who: sorted.who, actions: sorted.actions}
	kept := 0
	for _, l := range sorted.byAction {
		kept += len(l)
	}
	if kept == 0 || kept >= len(sorted.rules)*len(sorted.byAction) {
		t.Errorf("%d rules kept", kept)
	}
	w := newRandomWorld(7)
	for range 20_000 {
		a, act, r, reason := w.draw()
		c := Context{Reason: map[bool]string{true: "a reason"}[reason]}
		if x, y := sorted.Decide(a, act, r, c), all.Decide(a, act, r, c); x != y {
			t.Fatalf("%s %s: %+v, with all rules %+v", a.Role, act, x, y)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	p, w := mustPolicy(b), newCast()
	a := Actor{Person: w.me, Org: w.org, Role: Lead, Team: w.team, MFA: true}
	r := Resource{Kind: KindConcern, Org: w.org, Compartment: Patient, Raiser: w.other, Team: w.team,
		Subjects: []id.Person{w.other}}
	for b.Loop() {
		if p.Decide(a, Triage, r, Context{}).Effect != Allow {
			b.Fatal("denied")
		}
	}
}

func BenchmarkDecideDenied(b *testing.B) {
	p, w := mustPolicy(b), newCast()
	a := Actor{Person: w.me, Org: w.org, Role: Worker, MFA: true}
	r := Resource{Kind: KindConcern, Org: w.org, Compartment: Patient, Raiser: w.other, Team: w.team}
	for b.Loop() {
		if p.Decide(a, Triage, r, Context{}).Effect != Deny {
			b.Fatal("allowed")
		}
	}
}

func TestEveryRuleIsUsed(t *testing.T) {
	golden, err := os.ReadFile(matrixFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range mustPolicy(t).rules {
		if !strings.Contains(string(golden), " "+string(r.id)+"\n") {
			t.Errorf("no cell of the matrix names the rule %s", r.id)
		}
	}
}

// Each action is asked by the program: a rule that nobody asks is not published.
// Steps of the process are asked by their own name (see concern.actionOf).
func TestEveryActionIsAsked(t *testing.T) {
	asked := map[string]bool{}
	for _, s := range process.Patient().AllSteps {
		asked[string(s.ID)] = true
	}
	for name, value := range namesOfActions(t) {
		if !asked[value] && !found(t, `access\.`+name+`\b`) {
			t.Errorf("%s is in the policies, and nothing outside this package asks it", value)
		}
	}
	for _, field := range []string{"Subjects", "Conflicts", "PassedBy", "NoLead", "NobodyElse", "Raiser", "Owner",
		"Closed", "Answering"} {
		if !found(t, `\b`+field+`:|\br(es)?\.`+field+`\b.*=`) {
			t.Errorf("nothing outside this package says %s of a resource", field)
		}
	}
}

// namesOfActions are the constants of access.go by name.
func namesOfActions(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("access.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\t(\w+)\s+Action = "(\w+)"`).FindAllStringSubmatch(string(raw), -1) {
		out[m[1]] = m[2]
	}
	if len(out) != len(RecordActions())+len(Functions()) {
		t.Fatalf("read %d actions of %d", len(out), len(RecordActions())+len(Functions()))
	}
	return out
}

// program is the text of every file outside this package that is no test.
var program = sync.OnceValues(func() (string, error) {
	var all strings.Builder
	err := filepath.WalkDir("..", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "../heedtest") || strings.HasPrefix(path, "../access") {
			return err
		}
		raw, err := os.ReadFile(path)
		all.Write(raw)
		return err
	})
	return all.String(), err
})

// found says whether the program has a text of this form.
func found(t *testing.T, form string) bool {
	t.Helper()
	text, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(form).MatchString(text)
}

package access

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"heed/internal/id"
)

//go:embed policies.cedar
var policyText string

// Policy is the parsed rules. It is never changed, so everybody may use it at once.
type Policy struct {
	rooms    []Room
	rules    ruleList
	actions  map[types.String]types.Entity // with their groups, as the rules see them
	byAction map[Action]ruleList           // those whose head can match the action
	who      map[Action]string             // of a function: "Only … can …"
}

type ruleList []rule

type rule struct {
	id     cedar.PolicyID
	says   string
	policy *cedar.Policy
}

// New parses the rules that are built in and those that rooms bring. Each must have
// an id of its own and say its sentence; a room's speak of that room alone.
func New(rooms ...Room) (*Policy, error) {
	if err := checkRooms(rooms); err != nil {
		return nil, err
	}
	p := &Policy{rooms: rooms, who: map[Action]string{}, actions: map[types.String]types.Entity{}}
	for _, a := range p.everyAction() {
		p.actions[types.String(a.Action)] = a.entity()
	}
	seen := map[string]bool{}
	if err := p.read(policyText, seen); err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	for _, r := range rooms {
		if err := p.read(r.Text, seen); err != nil {
			return nil, fmt.Errorf("room %s: %w", r.Name, err)
		}
	}
	if err := p.sort(); err != nil {
		return nil, err
	}
	for _, act := range p.functions() {
		p.who[act.Action] = p.whoMay(act)
	}
	return p, nil
}

// read takes the rules of one file; seen are the names of those before.
func (p *Policy) read(text string, seen map[string]bool) error {
	list, err := cedar.NewPolicyListFromBytes(rulesFile, []byte(text))
	if err != nil {
		return fmt.Errorf("read %s: %w", rulesFile, err)
	}
	for _, c := range list {
		name, says := string(c.Annotations()["id"]), string(c.Annotations()["says"])
		if name == "" || says == "" || seen[name] {
			return fmt.Errorf("%s:%d: rule %q must have an @id that no other rule has, and an @says", rulesFile,
				lineOf(text, c, ""), name)
		}
		seen[name] = true
		p.rules = append(p.rules, rule{cedar.PolicyID(name), says, c})
	}
	return nil
}

// functions are the actions on what is no record, those of rooms too.
func (p *Policy) functions() []RoomAction {
	var out []RoomAction
	for _, act := range Functions() {
		out = append(out, RoomAction{Action: act, Verb: verbs[act]})
	}
	for _, r := range p.rooms {
		out = append(out, r.Functions...)
	}
	return out
}

// everyAction are all actions; one that is both on records and on none stands twice.
func (p *Policy) everyAction() []RoomAction {
	var out []RoomAction
	for _, act := range RecordActions() {
		out = append(out, RoomAction{Action: act, Verb: verbs[act], Groups: groups[act]})
	}
	out = append(out, p.functions()...)
	for _, r := range p.rooms {
		out = append(out, r.Records...)
	}
	return out
}

// sort keeps for each action the rules whose head can match it: the others
// would be evaluated for nothing. A head of a form that is not known is kept.
func (p *Policy) sort() error {
	p.byAction = map[Action]ruleList{}
	for _, r := range p.rules {
		raw, err := r.policy.MarshalJSON()
		if err != nil {
			return fmt.Errorf("access: read the head of %s: %w", r.id, err)
		}
		var head struct {
			Action struct {
				Op       string
				Entity   struct{ ID string }
				Entities []struct{ ID string }
			}
		}
		if err := json.Unmarshal(raw, &head); err != nil {
			return fmt.Errorf("access: read the head of %s: %w", r.id, err)
		}
		names := []string{head.Action.Entity.ID}
		for _, e := range head.Action.Entities {
			names = append(names, e.ID)
		}
		done := map[Action]bool{}
		for _, act := range p.everyAction() {
			match := slices.ContainsFunc(append([]string{string(act.Action)}, act.Groups...), func(n string) bool {
				return slices.Contains(names, n)
			})
			if !done[act.Action] && (match || head.Action.Op != "==" && head.Action.Op != "in") {
				p.byAction[act.Action] = append(p.byAction[act.Action], r)
				done[act.Action] = true
			}
		}
	}
	return nil
}

// All gives the rules in the order of the text: the first that applies is the one named.
func (l ruleList) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for _, r := range l {
			if !yield(r.id, r.policy) {
				return
			}
		}
	}
}

// Says is a rule's sentence; empty for a rule that is not in the policies.
func (p *Policy) Says(ruleID string) string {
	for _, r := range p.rules {
		if string(r.id) == ruleID {
			return r.says
		}
	}
	return ""
}

// Sentence is a rule in words.
type Sentence struct{ ID, Says string }

// Sentences are all rules in the order of the text.
func (p *Policy) Sentences() []Sentence {
	out := make([]Sentence, len(p.rules))
	for i, r := range p.rules {
		out[i] = Sentence{string(r.id), r.says}
	}
	return out
}

// Decide answers: may this actor do this to that, with what is said? It is pure.
func (p *Policy) Decide(a Actor, act Action, r Resource, c Context) Decision {
	if !a.Role.Valid() || a.Org.IsZero() || r.Org.IsZero() || a.Person.IsZero() != (a.Role == System) {
		return Decision{Deny, RuleNobody, p.who[act]}
	}
	reason := strings.TrimSpace(c.Reason) != ""
	w := p.newWorld(a, r)
	d := p.ask(w, act, reason, c.Emergency)
	if d.Rule == RuleNotAlone && a.Role == Lead {
		d.words = WordsNotAlone
	}
	if d.Rule == RuleNothing && !reason { // a forbid forbids whatever the reason
		if with := p.ask(w, act, true, c.Emergency); with.Effect == Allow {
			return Decision{Effect: NeedsReason, Rule: with.Rule}
		}
	}
	return d
}

func (p *Policy) ask(w world, act Action, reason, emergency bool) Decision {
	rules, known := p.byAction[act]
	if !known {
		rules = p.rules
	}
	allowed, diag := cedar.Authorize(rules, w, cedar.Request{
		Principal: w.principal.UID,
		Action:    actionUID(string(act)),
		Resource:  w.resource.UID,
		Context:   said[asked{reason, emergency}],
	})
	if len(diag.Errors) > 0 { // a rule that breaks must not be a rule that is skipped
		return Decision{Deny, RuleBroken, p.who[act]}
	}
	name := RuleNothing
	if len(diag.Reasons) > 0 {
		name = string(diag.Reasons[0].PolicyID)
	}
	if allowed == cedar.Allow {
		return Decision{Effect: Allow, Rule: name}
	}
	return Decision{Deny, name, p.who[act]}
}

// asked is what the rules see of a Context; said is its four forms as records, never changed.
type asked struct{ reason, emergency bool }

var said = func() map[asked]types.Record {
	all := map[asked]types.Record{}
	for _, a := range []asked{{false, false}, {false, true}, {true, false}, {true, true}} {
		all[a] = types.NewRecord(types.RecordMap{"reason_given": types.Boolean(a.reason),
			"emergency": types.Boolean(a.emergency)})
	}
	return all
}()

// whoMay says who can use a function: "Only an administrator can manage people and teams".
func (p *Policy) whoMay(act RoomAction) string {
	var names []string
	for _, role := range Roles() {
		a := example(role)
		if role != System && p.Decide(a, act.Action, Function(a.Org), Context{Reason: "to say who may"}).Effect == Allow {
			names = append(names, role.words())
		}
	}
	switch n := len(names); {
	case n == 0:
		return "Nobody with an account can " + act.Verb
	case n == len(Roles())-1:
		return "Sign in to " + act.Verb
	case n == 1:
		return "Only " + names[0] + " can " + act.Verb
	default:
		return "Only " + strings.Join(names[:n-1], ", ") + " or " + names[n-1] + " can " + act.Verb
	}
}

// world is what the rules may look at: the actor, the resource, and the groups of actions.
type world struct {
	principal, resource cedar.Entity
	actions             map[types.String]types.Entity
}

// Get gives an entity to the rules.
func (w world) Get(uid types.EntityUID) (types.Entity, bool) {
	switch {
	case uid == w.principal.UID:
		return w.principal, true
	case uid == w.resource.UID:
		return w.resource, true
	case uid.Type == "Action":
		e, ok := w.actions[uid.ID]
		return e, ok
	}
	return types.Entity{}, false
}

// entityOf is the type of a resource in the policies.
func (p *Policy) entityOf(kind string) types.EntityType {
	if kind == KindConcern {
		return "Concern"
	}
	for _, r := range p.rooms {
		if r.Kind == kind {
			return types.EntityType(kind)
		}
	}
	return "Office"
}

func (p *Policy) newWorld(a Actor, r Resource) world {
	who := types.RecordMap{
		"organisation": types.String(a.Org.String()), "role": types.String(a.Role), "mfa": types.Boolean(a.MFA)}
	if !a.Team.IsZero() {
		who["team"] = types.String(a.Team.String())
	}
	what := types.RecordMap{"organisation": types.String(r.Org.String())}
	kind := p.entityOf(r.Kind)
	if kind != "Office" {
		recordAttributes(what, r)
	}
	if kind != "Office" && kind != "Concern" {
		what["stage"] = types.String(r.Stage)
	}
	return world{
		principal: cedar.Entity{UID: staff(a.Person), Attributes: types.NewRecord(who)},
		resource:  cedar.Entity{UID: types.NewEntityUID(kind, "it"), Attributes: types.NewRecord(what)},
		actions:   p.actions,
	}
}

func recordAttributes(what types.RecordMap, r Resource) {
	what["compartment"] = types.String(r.Compartment)
	what["closed"] = types.Boolean(r.Closed)
	what["no_lead"], what["nobody_else"] = types.Boolean(r.NoLead), types.Boolean(r.NobodyElse)
	what["subjects"], what["conflicts"], what["passed_by"] = staffSet(r.Subjects), staffSet(r.Conflicts),
		staffSet(r.PassedBy)
	what["named"] = staffSet(r.Named)
	answering := make([]types.Value, len(r.Answering))
	for i, role := range r.Answering {
		answering[i] = types.String(role)
	}
	what["answering"] = types.NewSet(answering...)
	if !r.Raiser.IsZero() {
		what["raiser"] = staff(r.Raiser)
	}
	if !r.Owner.IsZero() {
		what["owner"] = staff(r.Owner)
	}
	if !r.Team.IsZero() {
		what["team"] = types.String(r.Team.String())
	}
}

func staff(p id.Person) types.EntityUID {
	if p.IsZero() {
		return types.NewEntityUID("Staff", "the program itself")
	}
	return types.NewEntityUID("Staff", types.String(p.String()))
}

func staffSet(people []id.Person) types.Set {
	all := make([]types.Value, len(people))
	for i, p := range people {
		all[i] = staff(p)
	}
	return types.NewSet(all...)
}

func actionUID(name string) types.EntityUID { return types.NewEntityUID("Action", types.String(name)) }

// The groups of actions that the policies name; a test compares them with the schema.
var groups = map[Action][]string{
	ViewOwnConcern: {"own"}, AddToOwn: {"own"},
	Acknowledge: {"working"}, Assign: {"working"}, Triage: {"working", "deciding"}, AskAdvice: {"working"},
	RecordAdvice:  {"working"},
	DecideSharing: {"working", "deciding"}, EmergencyDisclosure: {"working"}, Refer: {"working"},
	Close: {"working", "deciding"}, LocalStep: {"working"}, KnowPerson: {"working"},
	DeclareConflict: {"working"}, KeepFrom: {"working"}, LiftBar: {"working"}, ConfirmBar: {"working"},
	RecordTold: {"working", "complete"}, GiveFeedback: {"working", "complete"}, AddNote: {"working", "complete"},
	Correct: {"working", "complete"}, ErasureAhead: {"working", "complete"}, RecipientTold: {"working", "complete"},
	Challenge: {"working", "complete"}, ChallengeFurther: {"working", "complete"},
	ChallengeWithdrawn: {"working", "complete"}, KeepOn: {"working", "complete"}, AskHold: {"working", "complete"},
	LiftHold: {"working", "complete"}, ConfirmHold: {"working", "complete"},
}

// Decides says whether an action is one of those by which a concern is decided.
func Decides(act Action) bool { return slices.Contains(groups[act], "deciding") }

// IsOwn says whether an action is one of those of whoever began a record, as that.
func IsOwn(act Action) bool { return slices.Contains(groups[act], "own") }

// As is the actor as the process knows them who takes a step that was allowed: whoever
// stands in for a lead acts as one, and whoever began the record and adds to it acts as
// anybody who may begin one.
func (d Decision) As(a Actor, act Action) Actor {
	switch {
	case act == AddToOwn:
		a.Role = Worker
	case d.Rule == RuleStandIn:
		a.Role = Lead
	}
	return a
}

// BreaksGlass says whether the actor is somebody who may break the glass at all.
// Such an actor gets the same page that asks for a reason for every well-formed
// reference, whether or not a record stands behind it and whether or not it
// would be refused; only after a reason is given does "not found" answer.
func (p *Policy) BreaksGlass(a Actor) bool {
	r := Resource{Kind: KindConcern, Org: a.Org, Compartment: Patient}
	return p.Decide(a, BreakGlass, r, Context{}).Effect == NeedsReason
}

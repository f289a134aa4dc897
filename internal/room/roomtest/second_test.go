package roomtest

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/heedtest/world"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

//go:embed testdata/plan-1.json
var plan1 []byte

// planRules are who may do what with a plan: a lead works on it, and everybody may read
// one that is agreed, so that an audience can be asked.
const planRules = `
@id("plan-lead-works")
@says("A safeguarding lead works on plans.")
permit (principal, action in [Action::"plan.planning", Action::"plan.view", Action::"plan.view_work", Action::"plan.view_readers",
	Action::"plan.count_confirmations", Action::"plan.name_unconfirmed", Action::"plan.link", Action::"plan.erase"], resource is Plan)
when { principal.role == "safeguarding_lead" };

@id("plan-second-word")
@says("The Caldicott Guardian gives the second word on who is kept from a plan.")
permit (principal, action == Action::"plan.confirm_bar", resource is Plan)
when { principal.role == "caldicott_guardian" };

@id("plan-everybody-reads")
@says("Everybody reads a plan that is agreed.")
permit (principal, action == Action::"plan.view", resource is Plan)
when { principal.role != "system" && resource.stage == "agreed" };

@id("plan-lead-begins")
@says("A safeguarding lead begins and lists plans.")
permit (principal, action in [Action::"plan.planning", Action::"plan.list_all"], resource is Office)
when { principal.role == "safeguarding_lead" };
`

// plan is the room that no program has: of another compartment, about a person.
func plan() *room.Room {
	return &room.Room{Name: "plan", Number: ledger.Room(900), Kind: "Plan", One: "plan", Many: "plans",
		Compartment: "patient",
		Definitions: []*process.Definition{process.Must(plan1)}, Policies: planRules, Rows: 1}
}

// shared are the clauses of mechanisms that this second room uses.
var shared = []string{"every way", "two people", "the word of two", "live rows", "an audience", "a role or",
	"a confirmation is", "what comes round", "records that belong", "who is away", "erased leaves", "who is kept from it"}

// TestSecondRoom holds a second room to what rooms share: a mechanism with one user is
// a feature of that user.
func TestSecondRoom(t *testing.T) {
	r := plan()
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	world.EachOf(t, func(t *testing.T, fresh func(*testing.T) *world.World) {
		for _, c := range clauses {
			if !slices.ContainsFunc(shared, func(name string) bool { return strings.HasPrefix(c.name, name) }) {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s := newSuite(fresh(t), r)
				s.beside = []*room.Room{policy.Room()}
				s.desk = s.program(r, policy.Room())
				c.holds(s)
			})
		}
	})
}

// TestALinkAcrossCompartments has a record about a person lean on an agreement. Whoever
// may open both sees it on the former. The agreement shows nobody anything: its page is
// the same, to the row, as that of one on which nothing leans.
func TestALinkAcrossCompartments(t *testing.T) {
	world.Each(t, func(w *world.World) {
		r, agreements := plan(), policy.Room()
		s := newSuite(w, r)
		s.t = w.T.(*testing.T)
		s.desk = s.program(r, agreements)
		ref := s.begin().Reference
		keeper := s.as("governance_lead", 0)
		var refs []id.Reference
		for range 2 {
			got, err := s.desk.Begin(s.ctx, keeper, agreements, room.Beginning{Answers: s.x.Answers(agreements.First().Fields)})
			s.must(err)
			refs = append(refs, got.Reference)
		}
		lead := s.as("safeguarding_lead", 0)
		draft := s.desk.Tie(s.ctx, lead, r, ref, room.Tying{Link: "leans_on", Other: refs[0]})
		missing := s.desk.Tie(s.ctx, lead, r, ref, room.Tying{Link: "leans_on", Other: id.NewReference()})
		if fail.FieldsOf(draft).For("other") == "" || fail.FieldsOf(draft).For("other") != fail.FieldsOf(missing).
			For("other") {
			s.t.Errorf("a draft that a lead may not open is answered with %v, what is not there with %v", draft, missing)
		}
		for _, x := range refs {
			inForce(s, agreements, keeper, x)
		}
		s.must(s.desk.Tie(s.ctx, lead, r, ref, room.Tying{Link: "leans_on", Other: refs[0]}))
		if all := s.linksOn(lead, ref); len(all) != 1 || all[0].Reference != refs[0] {
			s.t.Errorf("a plan leans on %+v", all)
		}
		for _, a := range []access.Actor{keeper, lead, w.As("executive")} {
			var seen []string
			for _, x := range refs {
				v, err := s.desk.Open(s.ctx, a, agreements, x)
				s.must(err)
				seen = append(seen, fmt.Sprint(len(v.Links), v.Version, len(v.Taken)))
				n := 0
				s.must(w.Store.View(s.ctx, func(tx *store.Tx) (err error) {
					n, err = store.One(tx, func(n *int) []any { return []any{n} },
						`select count(*) from room_link_v1 where record = $1`, v.Record)
					return err
				}))
				if n != 0 {
					s.t.Errorf("%d rows of the agreement tell that something leans on it", n)
				}
			}
			if seen[0] != seen[1] {
				s.t.Errorf("an agreement on which a plan leans shows %s, another %s", seen[0], seen[1])
			}
		}
		s.must(s.desk.Projection().Replay(s.ctx, w.Store))
		if all := s.linksOn(lead, ref); len(all) != 1 {
			s.t.Errorf("made anew, a plan leans on %+v", all)
		}
		back := *r.Latest()
		back.Links = []process.Link{{ID: "leans_on", Label: "Leans on", Back: "Leant on by", To: "policy"}}
		r.Definitions = []*process.Definition{&back}
		if _, err := room.NewDesk(w.Parts(), r, agreements); err == nil {
			s.t.Error("a record about a person is to be named to the readers of an agreement, and the program starts")
		}
	})
}

func inForce(s *suite, r *room.Room, keeper access.Actor, ref id.Reference) {
	for i, x := range []struct {
		who  access.Actor
		what room.Taking
	}{
		{keeper, room.Said("write_version", "version", "1.0", "change", "first", "what", "Why", "kept", "Here")},
		{keeper, room.Said("send_for_approval", "body", "Committee")},
		{keeper, room.Said("approve_first", "minute", "Item 7")},
		{s.w.As("executive"), room.Said("approve_second")},
	} {
		_, err := s.desk.Take(s.ctx, x.who, r, ref, x.what.On(int64(i+1)))
		s.must(err)
	}
}

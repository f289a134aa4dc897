package access

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"

	"heed/internal/id"
)

var update = flag.Bool("update", false, "write the golden files anew")

const matrixFile = "testdata/matrix.golden"

// situation is a relation between the actor and what is asked for.
type situation struct {
	name string
	of   func(w cast, a *Actor, r *Resource)
}

var recordSituations = []situation{
	{"own team", func(w cast, a *Actor, r *Resource) { r.Team = w.team }},
	{"own team, one factor", func(w cast, a *Actor, r *Resource) { r.Team = w.team; a.MFA = false }},
	{"raised it", func(w cast, a *Actor, r *Resource) { r.Raiser = w.me }},
	{"raised it, one factor", func(w cast, a *Actor, r *Resource) { r.Raiser = w.me; a.MFA = false }},
	{"raised it, closed", func(w cast, a *Actor, r *Resource) { r.Raiser = w.me; r.Closed = true }},
	{"was given it", func(w cast, a *Actor, r *Resource) { r.Owner = w.me }},
	{"passes them by", func(w cast, a *Actor, r *Resource) { r.Team, r.PassedBy = w.team, []id.Person{w.me} }},
	{"own team, raised it", func(w cast, a *Actor, r *Resource) { r.Team, r.Raiser = w.team, w.me }},
	{"own team, raised it, no other lead", func(w cast, a *Actor, r *Resource) {
		r.Team, r.Raiser, r.NoLead = w.team, w.me, true
	}},
	{"own team, raised it, nobody else", func(w cast, a *Actor, r *Resource) {
		r.Team, r.Raiser, r.NoLead, r.NobodyElse = w.team, w.me, true, true
	}},
	{"no lead could decide", func(w cast, a *Actor, r *Resource) { r.NoLead = true }},
	{"other team", func(w cast, a *Actor, r *Resource) {}},
	{"other organisation", func(w cast, a *Actor, r *Resource) {
		r.Org, r.Team, r.Owner, r.Raiser = w.otherOrg, w.team, w.me, w.me
	}},
	{"colleague route", func(w cast, a *Actor, r *Resource) {
		r.Compartment, r.Team, r.Owner = Colleague, w.team, w.me
	}},
	{"colleague route, raised it", func(w cast, a *Actor, r *Resource) {
		r.Compartment, r.Raiser = Colleague, w.me
	}},
	{"colleague route, closed", func(w cast, a *Actor, r *Resource) {
		r.Compartment, r.Team, r.Owner, r.Closed = Colleague, w.team, w.me, true
	}},
	{"is about them", func(w cast, a *Actor, r *Resource) {
		r.Team, r.Owner, r.Raiser, r.Subjects = w.team, w.me, w.me, []id.Person{w.other, w.me}
	}},
	{"is about them, colleague route", func(w cast, a *Actor, r *Resource) {
		r.Compartment, r.Owner, r.Raiser, r.Subjects = Colleague, w.me, w.me, []id.Person{w.me}
	}},
	{"declared a conflict", func(w cast, a *Actor, r *Resource) {
		r.Team, r.Owner, r.Raiser, r.Conflicts = w.team, w.me, w.me, []id.Person{w.me}
	}},
	{"own team, closed", func(w cast, a *Actor, r *Resource) { r.Team, r.Closed = w.team, true }},
	{"is to answer who disagrees", func(w cast, a *Actor, r *Resource) { r.Answering = []Role{a.Role} }},
	{"is to answer who disagrees, raised it", func(w cast, a *Actor, r *Resource) {
		r.Answering, r.Raiser = []Role{a.Role}, w.me
	}},
	{"other team, closed", func(w cast, a *Actor, r *Resource) { r.Closed = true }},
}

var functionSituations = []situation{
	{"own organisation", func(w cast, a *Actor, r *Resource) {}},
	{"own organisation, one factor", func(w cast, a *Actor, r *Resource) { a.MFA = false }},
	{"other organisation", func(w cast, a *Actor, r *Resource) { r.Org = w.otherOrg }},
}

// matrix writes the whole table: every role, every action, every situation.
func matrix(p *Policy) []byte {
	var b bytes.Buffer
	b.WriteString("# role | action | situation | effect rule. Written by: go test ./internal/access -update\n")
	w := newCast()
	write := func(actions []Action, situations []situation, base Resource) {
		for _, act := range actions {
			for _, role := range Roles() {
				for _, s := range situations {
					a := Actor{Person: w.me, Org: w.org, Role: role, Team: w.team, MFA: true}
					if role == System {
						a = SystemActor(w.org)
					}
					r := base
					s.of(w, &a, &r)
					d := p.Decide(a, act, r, Context{})
					fmt.Fprintf(&b, "%s | %s | %s | %s %s\n", role, act, s.name, d.Effect, d.Rule)
				}
			}
		}
	}
	write(RecordActions(), recordSituations,
		Resource{Kind: KindConcern, Org: w.org, Compartment: Patient, Raiser: w.other, Owner: w.other, Team: w.otherTeam})
	write(Functions(), functionSituations, Function(w.org))
	return b.Bytes()
}

func TestMatrixIsTheGoldenOne(t *testing.T) { golden(t, matrixFile, matrix(mustPolicy(t))) }

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || !bytes.Equal(g[i], w[i]) {
			t.Fatalf("%s differs first at line %d (run with -update if it is meant):\n got %s\nwant %s",
				file, i+1, line(g, i), line(w, i))
		}
	}
}

func line(all [][]byte, i int) []byte {
	if i < len(all) {
		return all[i]
	}
	return []byte("(nothing)")
}

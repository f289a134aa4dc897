package access

import (
	"fmt"
	"strings"

	"heed/internal/id"
)

// WhoMayMarkdown is the page that says who may do what: the rules in sentences,
// the table of functions, and the table of what each role may with a concern of
// its own team. It speaks of functions and roles, never of a record.
func (p *Policy) WhoMayMarkdown() string {
	var b strings.Builder
	b.WriteString("# Who may do what\n\nMade from `internal/access/policies.cedar` and the `policies.cedar` of each " +
		"kind of record, which is what the program decides by. Each rule's name is written into the ledger with " +
		"everything it allowed.\n\n## What always loses\n\n")
	p.sentences(&b, false)
	b.WriteString("\n## What is opened\n\nWhat no rule opens stays closed.\n\n")
	p.sentences(&b, true)
	b.WriteString("\n## Functions\n\n")
	p.table(&b, Functions(), func(a Actor) Resource { return Function(a.Org) })
	b.WriteString("\n## With a concern of one's own team (patient route, open)\n\n" +
		"For everybody else's concern the answer is \"not found\", as for one that does not exist.\n\n")
	p.table(&b, RecordActions(), func(a Actor) Resource {
		return Resource{Kind: KindConcern, Org: a.Org, Compartment: Patient, Team: a.Team}
	})
	return b.String()
}

func (p *Policy) sentences(b *strings.Builder, permits bool) {
	for _, r := range p.rules {
		if bool(r.policy.Effect()) == permits {
			fmt.Fprintf(b, "- %s `%s`\n", r.says, r.id)
		}
	}
}

func (p *Policy) table(b *strings.Builder, actions []Action, of func(Actor) Resource) {
	b.WriteString("| |")
	for _, role := range Roles() {
		b.WriteString(" " + role.Label() + " |")
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", len(Roles())+1) + "\n")
	for _, act := range actions {
		fmt.Fprintf(b, "| %s |", verbs[act])
		for _, role := range Roles() {
			a := example(role)
			word := map[Effect]string{Allow: "yes", NeedsReason: "with a reason", Deny: ""}[p.Decide(a, act, of(a),
				Context{}).Effect]
			b.WriteString(" " + word + " |")
		}
		b.WriteString("\n")
	}
}

// example is somebody in a role, signed in with two factors, in a made-up place.
func example(role Role) Actor {
	org, _ := id.ParseOrg(strings.Repeat("1", 32))
	team, _ := id.ParseTeam(strings.Repeat("2", 32))
	person, _ := id.ParsePerson(strings.Repeat("3", 32))
	if role == System {
		return SystemActor(org)
	}
	return Actor{Person: person, Org: org, Role: role, Team: team, MFA: true}
}

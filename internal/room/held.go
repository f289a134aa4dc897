package room

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/id"
	"heed/internal/process"
)

// What stands here asks the rules whether there is somebody for everything that a definition
// has: a step that nobody may take, a second word that nobody can give, or a record that
// nobody may erase would be found out by whoever needs it.

// unheld says what nobody could do by the rules, or "": take a step, open a record, see who
// has opened it, give one of the two words on which it is erased, read a list.
func (r *Room) unheld(rules *access.Policy, d *process.Definition) string {
	for i, s := range d.AllSteps {
		if len(r.takers(rules, s)) == 0 {
			return fmt.Sprintf("steps[%d] (%s) can be taken by nobody: the rules of %s let none of its roles do it (%s). "+
				"Permit the action %s for one of them", i+1, s.ID, r.Many, roleList(s.Roles), r.actionsFor(string(s.ID)))
		}
	}
	for _, word := range []struct {
		what  string
		roles []process.Role
	}{{"first", d.Erase.First}, {"second", d.Erase.Second}} {
		if !slices.ContainsFunc(word.roles, func(role process.Role) bool { return r.may(rules, role, actErase, d) }) {
			return fmt.Sprintf("erase.%s is a word that nobody may give: the rules of %s let none of these roles do it (%s). "+
				"Permit the action %s for one of them, of what has ended and with a reason", word.what, r.Many,
				roleList(word.roles), r.actionsFor(actErase))
		}
	}
	for _, act := range []string{actView, actReaders} {
		if !slices.ContainsFunc(d.Roles, func(x process.RoleInfo) bool { return r.may(rules, x.ID, act, d) }) {
			return fmt.Sprintf("roles have none that may do the action %s: permit it for one of them", r.actionsFor(act))
		}
	}
	for i, l := range d.Lists {
		if !slices.ContainsFunc(access.Roles(), func(role access.Role) bool {
			return role != access.System && r.may(rules, process.Role(role), "list_"+l.ID, d)
		}) {
			return fmt.Sprintf("lists[%d] (%s) is read by nobody: permit the action %s for a role, on what is Office", i+1, l.ID,
				r.actionsFor("list_"+l.ID))
		}
	}
	return ""
}

func (r *Room) actionsFor(what string) string {
	var out []string
	for _, act := range r.actions(what, access.Actor{}, &State{}) {
		out = append(out, string(act))
	}
	return strings.Join(out, " or ")
}

// may says whether a role may do something to a record in one of its states; what is erased
// has ended.
func (r *Room) may(rules *access.Policy, role process.Role, what string, d *process.Definition) bool {
	return slices.ContainsFunc(d.States, func(s process.StateInfo) bool {
		return (s.End || what != actErase) && r.allowed(rules, role, what, s.ID, s.End)
	})
}

// allowed asks the rules about a role, of a record that it has, that it began itself or somebody
// else did, in a state, with a reason.
func (r *Room) allowed(rules *access.Policy, role process.Role, what string, stage process.State, ended bool) bool {
	if role == process.Anyone {
		role = process.Worker
	}
	org, team, me := id.NewOrg(time.Time{}), id.NewTeam(time.Time{}), id.NewPerson(time.Time{})
	a := access.Actor{Person: me, Org: org, Team: team, Role: access.Role(role), MFA: true}
	return slices.ContainsFunc([]id.Person{id.NewPerson(time.Time{}), me}, func(by id.Person) bool {
		at := &State{Org: org, Team: team, Compartment: r.Compartment, By: by, Owner: me, Stage: stage}
		res := r.resource(at, time.Time{})
		res.Closed = ended
		if what == string(process.ChallengeAnswered) { // which is taken by those of whom it is waited for
			res.Answering = []access.Role{a.Role}
		}
		return slices.ContainsFunc(r.actions(what, a, at), func(act access.Action) bool {
			return rules.Decide(a, act, res, access.Context{Reason: "asked"}).Effect == access.Allow ||
				rules.Decide(a, act, access.Function(org), access.Context{}).Effect == access.Allow
		})
	})
}

// takers are the roles of a step that the rules let take it.
func (r *Room) takers(rules *access.Policy, s process.StepInfo) (out []process.Role) {
	for _, role := range s.Roles {
		if slices.ContainsFunc(process.From(s), func(from process.State) bool {
			return r.allowed(rules, role, string(s.ID), from, false)
		}) {
			out = append(out, role)
		}
	}
	return out
}

// untaken names a step that an overlay added or narrowed and that nobody in its roles may
// take, by the room's rules; "" when there is none.
func (r *Room) untaken(rules *access.Policy, shipped, over *process.Definition) string {
	for _, s := range over.AllSteps {
		was, _ := shipped.Step(s.ID)
		if !slices.Equal(was.Roles, s.Roles) && len(r.takers(rules, s)) == 0 {
			return fmt.Sprintf("nobody may take the step %s: the rules of %s let none of its roles do it (%s). "+
				"Name a role that works on them", s.ID, r.Many, roleList(s.Roles))
		}
	}
	return ""
}

// alone says which two words an overlay leaves to one role, where there were more: as soon as
// one person has that role, nobody could give the second. How many have it is no matter of a
// file, and changes; that it is one role is.
func (r *Room) alone(rules *access.Policy, shipped, over *process.Definition) string {
	for _, two := range over.Pairs() {
		is, was := r.speakers(rules, over, two), r.speakers(rules, shipped, two)
		if len(is) == 1 && len(was) > 1 {
			return fmt.Sprintf("roles leave both %s and %s to %s alone, and two different people take them: where one person "+
				"has that role, nobody could take the second. Leave one of the two to another role too", two[0], two[1], is[0])
		}
	}
	return ""
}

// speakers are all roles in which somebody can take one of two steps. Who may of a room whose
// rules look further than a role, which no file tells, are those that its definition names.
func (r *Room) speakers(rules *access.Policy, d *process.Definition, two [2]process.Step) (out []process.Role) {
	for _, step := range two {
		s, _ := d.Step(step)
		if r.Acts == nil {
			s.Roles = r.takers(rules, s)
		}
		out = append(out, s.Roles...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func roleList(roles []process.Role) string {
	var out []string
	for _, role := range roles {
		out = append(out, string(role))
	}
	return strings.Join(out, ", ")
}

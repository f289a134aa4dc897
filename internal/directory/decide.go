package directory

import (
	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
)

// Word is a grantor's word for a grant, given with password and second factor.
// Only Desk.GiveWord makes one.
type Word struct{ person id.Person }

// decideGrant says whether these words are enough for a person to get a role.
// Privileged roles need every grantor that the organisation named when it was
// set up, each once (promise A12: two different people); the role of a worker
// needs none, because it gives no sight of anybody's record.
func decideGrant(o Organisation, p Person, role access.Role, team id.Team, words []Word) (roleGranted, error) {
	if !grantable(role) {
		return roleGranted{}, fail.New(fail.Bad, "%s", roleWords())
	}
	if p.Left {
		return roleGranted{}, fail.New(fail.Conflict, "This person has left")
	}
	if _, err := o.Team(team); err != nil {
		return roleGranted{}, err
	}
	g := roleGranted{Role: role, Team: team, By: grantorsOf(o, words)}
	if privileged(role) && len(g.By) < len(o.Grantors) {
		return roleGranted{}, needsGrantors(o, "This role")
	}
	return g, nil
}

func needsGrantors(o Organisation, what string) error {
	if o.OnePerson {
		return fail.New(fail.Refused, "%s needs the word of the person who was named when the organisation was set up", what)
	}
	return fail.New(fail.Refused, "%s needs the word of both people who were named when the organisation was set up", what)
}

package policy

import (
	"testing"

	"heed/internal/access"
	"heed/internal/field"
)

// TestEveryRoleThatPeopleHaveCanBeAskedToRead, and as it is called everywhere.
func TestEveryRoleThatPeopleHaveCanBeAskedToRead(t *testing.T) {
	d := Room().Latest()
	ask, _ := d.Step(d.Audience.Ask)
	f, _ := field.Find(ask.Fields, d.Audience.Role)
	given := access.Given()
	if len(f.Choices) != len(given) {
		t.Fatalf("%v can be asked of %v", f.Offered(), given)
	}
	for i, role := range given {
		if c := f.Choices[i]; c.ID != string(role) || c.Label != role.Label() {
			t.Errorf("choice %d is %s (%s), and the role %s is called %s", i+1, c.ID, c.Label, role, role.Label())
		}
	}
}

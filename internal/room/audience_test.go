package room

import (
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/id"
)

// Somebody is of an audience by what they hold now, in any of their roles, and not once
// they have left.
func TestWhoIsOfAnAudience(t *testing.T) {
	now := time.Now()
	ward, theatre := id.NewTeam(now), id.NewTeam(now)
	lead := directory.Person{Grants: []directory.Grant{{Role: access.Worker, Team: ward}, {Role: access.Lead,
		Team: theatre}}}
	left := lead
	left.Left = true
	for _, c := range []struct {
		what string
		of   Asked
		who  directory.Person
		is   bool
	}{
		{"everybody", Asked{}, lead, true},
		{"who has left", Asked{}, left, false},
		{"who holds no role", Asked{}, directory.Person{}, false},
		{"a second role", Asked{Role: access.Lead}, lead, true},
		{"another role", Asked{Role: access.Analyst}, lead, false},
		{"a second team", Asked{Team: theatre}, lead, true},
		{"another team", Asked{Team: id.NewTeam(now)}, lead, false},
	} {
		if c.of.Has(c.who) != c.is {
			t.Errorf("%s: %v, want %v", c.what, !c.is, c.is)
		}
	}
}

// A team of fewer than 8 people stands in no row that is its own, or that the whole and
// the other rows leave over for it.
func TestSmallTeamsAreCountedTogether(t *testing.T) {
	for _, c := range []struct {
		of   []int64 // people of each team; half of them have confirmed
		rows int
	}{
		{[]int64{3}, 0}, {[]int64{3, 4}, 0}, {[]int64{3, 40}, 1}, {[]int64{3, 40, 50}, 2}, {[]int64{3, 5, 40},
			2}, {[]int64{8, 40}, 2}, {[]int64{0, 40}, 1},
	} {
		teams, whole := map[id.Team]*teamCount{}, int64(0)
		for _, n := range c.of {
			team := id.NewTeam(time.Now())
			teams[team] = &teamCount{kind: OneTeam, team: team, of: n, done: n / 2}
			whole += n
		}
		got := shares(teams)
		if len(got) != c.rows {
			t.Errorf("teams of %v stand in %d rows, want %d: %+v", c.of, len(got), c.rows, got)
		}
		for _, x := range got {
			if x.People == "*" {
				t.Errorf("teams of %v: a row is of few people: %+v", c.of, x)
			}
		}
	}
}

package roomtest

import (
	_ "embed"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/heedtest/world"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
)

var (
	//go:embed testdata/badge/badge-1.json
	badge1 []byte
	//go:embed testdata/badge/policies.cedar
	badgeRules string
	//go:embed testdata/badge/stories.json
	badgeStories []byte
)

// badge is as small as a room can be: two steps, one list, one duty that waits for a role.
func badge() *room.Room {
	return &room.Room{Name: "badge", Number: ledger.Room(902), Kind: "Badge", One: "badge", Many: "badges",
		Compartment: "organisation", Definitions: []*process.Definition{process.Must(badge1)}, Policies: badgeRules,
		Rows: 1, Stories: room.MustStories(badgeStories)}
}

// TestBadge holds it to everything: what the suite asks of a room, a small one has, too, or
// the suite says that it has nothing of the kind.
func TestBadge(t *testing.T) {
	app.TestOnlyRoom(badge())
	Run(t, badge())
}

// TestBadgesOfOtherForms: rooms as small that are lawful, too, by the clauses that once asked
// them for more.
func TestBadgesOfOtherForms(t *testing.T) {
	t.Setenv("HEED_TEST_POSTGRES", "skip") // what they have is the same on both
	asked := string(badge1[strings.Index(string(badge1), `"fields"`):strings.Index(string(badge1), `"outcomes"`)])
	rest := string(badge1[strings.Index(string(badge1), asked)+len(asked) : strings.Index(string(badge1), `"deadlines"`)])
	for _, x := range []struct {
		name, old, new, rules string
		holds                 func(*suite)
	}{
		{"what is due is for everybody", `"any": true,`, `"any": true, "sees": ["reader"],`, "", dues},
		{"its list has everything", `"of": "raiser"`, `"of": "organisation"`, "", ofAnother},
		{"one role begins it", `"roles": ["anyone"]`, `"roles": ["governance_lead"]`, `== "governance_lead"`, ofAnother},
		{"nothing is asked", asked, ``, "", counted},
		{"what ends it asks the day", asked + rest, rest[:strings.LastIndex(rest, `"outcomes"`)] + asked +
			rest[strings.LastIndex(rest, `"outcomes"`):], "", counted},
	} {
		t.Run(x.name, func(t *testing.T) {
			world.EachOf(t, func(t *testing.T, fresh func(*testing.T) *world.World) {
				r := badge()
				r.Definitions = []*process.Definition{process.Must([]byte(strings.Replace(string(badge1), x.old, x.new, 1)))}
				r.Stories = nil // they answer what the shipped one asks
				if x.rules != "" {
					r.Policies = strings.Replace(r.Policies, `!= "system"`, x.rules, 1)
				}
				if err := r.Check(); err != nil {
					t.Fatal(err)
				}
				s := newSuite(fresh(t), r)
				s.desk = s.program(r)
				x.holds(s)
			})
		})
	}
}

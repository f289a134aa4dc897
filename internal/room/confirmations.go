package room

import (
	"cmp"
	"context"
	"slices"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/measure/disclose"
	"heed/internal/store"
	"heed/internal/vault"
)

// Confirmations is how far an audience has come with what is in force: figures that tell
// nothing of one person, and all that there is to whoever may see names.
type Confirmations struct {
	View
	Asked bool // somebody is
	Whole Share
	Teams []TeamRead
	// Unknown are people of whom nobody knows whether they are asked: their accounts are damaged.
	Unknown int

	Named    bool               // who has not may be seen by whoever asked; of all others what follows is empty
	Of, Done int                // people who are asked and work here now, and those of them who have confirmed
	Missing  []directory.Person // those who have not, by name
}

// Share is how many people there are and how many of them have confirmed, rounded as HES
// rounds: of few people it says nothing, and of many not what one of them did.
type Share struct {
	People string // a mark where they are few
	Done   string // of 100; a mark where it would tell of few
}

// TeamRead is how far one team has come.
type TeamRead struct {
	Team id.Team
	Kind TeamKind
	Share
}

// TeamKind says whether a row is one team, those who have none, or small ones together.
type TeamKind string

// The kinds of row.
const (
	OneTeam    TeamKind = "team"
	NoTeam     TeamKind = "none"
	SmallTeams TeamKind = "small"
)

// Called is what a row is called.
func (t TeamRead) Called(o directory.Organisation) string {
	switch t.Kind {
	case SmallTeams:
		return "Small teams together"
	case NoTeam:
		return "People without a team"
	}
	return TeamCalled(o, t.Team)
}

// TeamCalled is the name of a team of an organisation.
func TeamCalled(o directory.Organisation, team id.Team) string {
	for _, t := range o.Teams {
		if t.ID == team {
			return t.Name
		}
	}
	return "A team of before"
}

// Confirmations counts who is asked to read a record and who of them has confirmed; who
// has not stands in it by name for those who may see that. That it was looked at is
// written before it is given.
func (d *Desk) Confirmations(ctx context.Context, a access.Actor, r *Room, ref id.Reference) (Confirmations, error) {
	if !r.Latest().Audience.Given() {
		return Confirmations{}, fail.New(fail.Missing, "Page not found")
	}
	var out Confirmations
	var err error
	out.View, err = d.readWith(ctx, a, r, ref, Look{Act: actCount, Kind: kindCounted}, func(tx *store.Tx, _ *vault.Key,
		v View) error {
		res, err := d.resource(tx, a, r, &v.State)
		if err != nil {
			return err
		}
		out = Confirmations{Named: d.Policy.Decide(a, r.action(actName), res, access.Context{}).Effect == access.Allow}
		return d.count(tx, r, &v.State, &out)
	})
	if err != nil {
		return Confirmations{}, err
	}
	return out, nil
}

func (d *Desk) count(tx *store.Tx, r *Room, s *State, out *Confirmations) error {
	if len(r.asked(s)) == 0 {
		return nil
	}
	everybody, unknown, err := d.Directory.WorkingIn(tx, s.Org)
	if err != nil {
		return err
	}
	out.Unknown = unknown
	key, err := d.Directory.ListKey(tx, s.Org)
	if err != nil {
		return err
	}
	rows, err := confirmedRows(tx, s.Record)
	if err != nil {
		return err
	}
	given := make(map[string]bool, len(rows))
	for _, tag := range rows {
		given[tag] = true
	}
	teams, of, done := map[id.Team]*teamCount{}, 0, 0
	for _, p := range everybody {
		if _, yes := r.asks(s, p); !yes {
			continue
		}
		of++
		t := teams[teamOf(p)]
		if t == nil {
			t = &teamCount{kind: OneTeam, team: teamOf(p)}
			teams[t.team] = t
		}
		t.of++
		switch {
		case slices.ContainsFunc(s.Edition.all(), func(text Text) bool {
			return given[string(confirmedTag(key, s.Record, text.Hash, p.ID))]
		}):
			done++
			t.done++
		case out.Named:
			out.Missing = append(out.Missing, p)
		}
	}
	if out.Asked, out.Teams = of > 0, shares(teams); out.Asked {
		out.Whole = shareOf(int64(of), int64(done))
	}
	if out.Named {
		out.Of, out.Done = of, done
	}
	slices.SortStableFunc(out.Missing, func(x, y directory.Person) int { return cmp.Compare(x.Name, y.Name) })
	return nil
}

func shareOf(of, done int64) Share {
	out := Share{disclose.Text(disclose.HES(of)), disclose.Star}
	if share, err := disclose.Percent(done, of); err == nil { // a part of nobody: cannot happen
		out.Done = share
	}
	return out
}

// teamOf is the one team with which somebody is counted; zero: none.
func teamOf(p directory.Person) id.Team {
	for _, g := range p.Grants {
		if !g.Team.IsZero() {
			return g.Team
		}
	}
	return id.Team{}
}

type teamCount struct {
	kind     TeamKind
	team     id.Team
	of, done int64
}

// shares are the rows of teams. A team of few people stands in none of its own: small
// ones are put together, with the next larger one where they are still few together, so
// that a row and the whole do not tell what was left out.
func shares(teams map[id.Team]*teamCount) (out []TeamRead) {
	var all []*teamCount
	for _, t := range teams {
		if t.team.IsZero() {
			t.kind = NoTeam
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(x, y *teamCount) int {
		return cmp.Or(cmp.Compare(x.of, y.of), cmp.Compare(x.team.String(), y.team.String()))
	})
	together := &teamCount{kind: SmallTeams}
	rest := all
	for len(rest) > 0 && (rest[0].of <= disclose.Small || together.of > 0 && together.of <= disclose.Small) {
		together.of, together.done = together.of+rest[0].of, together.done+rest[0].done
		rest = rest[1:]
	}
	if together.of > disclose.Small {
		rest = append(rest, together)
	}
	for _, t := range rest {
		out = append(out, TeamRead{Team: t.team, Kind: t.kind, Share: shareOf(t.of, t.done)})
	}
	return out
}

package room

import (
	"context"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/store"
)

// The lists over all rooms: what somebody or a role has to do, what has been left
// undone for a day, and notices.
const (
	work   = "work"
	late   = "late"
	notice = "notice"
	marked = "seen" // no list: what tells one notice of one person from all others
)

const kindWork = "work" + kindListed

// lateAfter is how long a duty is overdue before it is told beyond whoever has the record.
const lateAfter = 24 * time.Hour

// sharedTag is the tag of a list over all rooms.
func sharedTag(key []byte, list string, whose []byte) Tag { return tagOf(key, "", "", list, whose) }

// roleBytes are a role as whose a list is: that of a team, where those in it work for one.
func roleBytes(role access.Role, team id.Team) []byte {
	out := []byte("role:" + role)
	if role.OfTeam() {
		out = append(out, team.Bytes()...)
	}
	return out
}

// shared are the places of a record in the lists over all rooms.
func (r *Room) shared(key []byte, s *State) (out []placed) {
	add := func(list string, whose []byte, at time.Time) {
		out = append(out, placed{sharedTag(key, list, whose), clock.Micros(at)})
	}
	next, isDue := s.NextDue()
	if isDue && !s.Owner.IsZero() {
		add(work, s.Owner.Bytes(), next.At)
	}
	for i, x := range s.Due {
		first := !slices.ContainsFunc(s.Due[:i], func(y process.Due) bool { return y.Owner == x.Owner && anybodys(y, s) })
		if anybodys(x, s) && first {
			add(work, roleBytes(access.Role(x.Owner), s.Team), x.At)
		}
	}
	if isDue {
		for _, role := range r.hearsLate(next, s) {
			add(late, roleBytes(role, s.Team), next.At.Add(lateAfter))
		}
	}
	for _, n := range s.Notices {
		add(notice, n.To.Bytes(), n.At)
	}
	return out
}

// anybodys says that a duty waits for anybody in its role.
func anybodys(x process.Due, s *State) bool { return x.Any || s.Owner.IsZero() }

// waitsFor says whether a duty waits for this actor as one in its role.
func waitsFor(x process.Due, s *State, a access.Actor) bool {
	return anybodys(x, s) && access.Role(x.Owner) == a.Role && (!a.Role.OfTeam() || s.Team == a.Team) &&
		s.isFor(x, a.Person)
}

// hearsLate are the roles that are told of a duty when it is a day over. One that waits
// for its role is in the role's work already.
func (r *Room) hearsLate(x process.Due, s *State) []access.Role {
	if anybodys(x, s) {
		return r.Late
	}
	return append([]access.Role{access.Role(x.Owner)}, r.Late...)
}

// Mine is what stands before somebody: notices, the newest first, and what they have to
// do, the soonest due first.
type Mine struct {
	Notices []Note
	Page
}

// Work gives what somebody has to do over all rooms, as who has the record and as one
// of those for whom in their role it waits, with their notices above the first page. That
// it was shown, and which references it named, is in the ledger before this returns.
func (d *Desk) Work(ctx context.Context, a access.Actor, q Query) (Mine, error) {
	if q.Limit < 1 || q.Limit > MaxPage {
		return Mine{}, faultOfLimit()
	}
	out := Mine{Page: Page{List: process.List{ID: work, Title: "My work"}}}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		of, err := d.workOf(tx, a)
		if err != nil {
			return err
		}
		if out.Rows, out.Next, err = d.rows(tx, a, of, q); err != nil || q.After != "" {
			return err
		}
		out.Notices, err = d.notices(tx, a)
		return err
	})
	if err != nil {
		return Mine{}, err
	}
	all := slices.Clone(out.Rows)
	for _, n := range out.Notices {
		all = append(all, n.Row)
	}
	return out, d.listed(ctx, a, "own-work", kindWork, work, all)
}

// workOf is the list of what somebody has to do.
func (d *Desk) workOf(tx *store.Tx, a access.Actor) (reading, error) {
	key, err := d.Directory.ListKey(tx, a.Org)
	if err != nil {
		return reading{}, err
	}
	asked, who, err := d.readingTags(tx, a)
	if err != nil {
		return reading{}, err
	}
	others, err := d.othersOf(tx, a)
	of := reading{name: work, claims: eitherClaim(worksOn(a, others), d.isAsked(who,
		func(_ *Room, _ *State, x ToRead) bool { return x.Asks() })),
		tags: append(asked, sharedTag(key, work, a.Person.Bytes()), sharedTag(key, work, roleBytes(a.Role, a.Team)))}
	for _, p := range append(others.away(), others.gone...) {
		of.tags = append(of.tags, sharedTag(key, work, p.Bytes()))
	}
	return of, err
}

// worksOn claims what somebody has to do: the records that they have, each by its
// soonest duty, and the duties of others' that wait for anybody in their role; likewise
// the records of who is away or has left.
func worksOn(a access.Actor, instead others) func(*store.Tx, *Room, *State, int64) (claim, bool, error) {
	return func(_ *store.Tx, r *Room, s *State, sort int64) (claim, bool, error) {
		for i, x := range s.Due {
			if clock.Micros(x.At) == sort && (s.Owner == a.Person && i == 0 || s.Owner != a.Person && waitsFor(x, s, a)) {
				return claim{act: r.Opens, due: x}, true, nil
			}
			if why, ok := instead.claims(r, s, x, a); ok && i == 0 && clock.Micros(x.At) == sort {
				return why, true, nil
			}
		}
		return claim{}, false, nil
	}
}

// eitherClaim claims what one or the other does.
func eitherClaim(one, other claims) claims {
	return func(tx *store.Tx, r *Room, s *State, sort int64) (claim, bool, error) {
		if c, ok, err := one(tx, r, s, sort); ok || err != nil {
			return c, ok, err
		}
		return other(tx, r, s, sort)
	}
}

// TestOnlyWorkQuery is the text of a page of a list over all rooms, for tests of its plan.
func (d *Desk) TestOnlyWorkQuery(tx *store.Tx, a access.Actor, list string) (string, []any, error) {
	key, err := d.Directory.ListKey(tx, a.Org)
	of := reading{newest: list == notice}
	if of.newest {
		of.since, of.until = 1, clock.Micros(tx.Now())
	}
	text, args := of.query(sharedTag(key, list, a.Person.Bytes()), directory.Place{}, 51)
	return text, args, err
}

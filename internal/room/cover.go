package room

import (
	"context"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/plain"
	"heed/internal/process"
	"heed/internal/store"
)

// Who is away is covered by another of the same role (directory.Cover). While that runs,
// access is asked about the away person's records with whoever covers as the owner: that,
// and nothing else, is what they get. A role that they lack, and a bar, deny as ever.

// inPlace puts an actor in the place of the owner for whom they cover, as access sees it.
func inPlace(res access.Resource, stands directory.Stands, a access.Actor) access.Resource {
	if _, ok := stands.For(res.Owner); ok {
		res.Owner = a.Person
	}
	return res
}

// forWhom is the owner for whom somebody reads or takes a step; zero: for themselves.
func (f found) forWhom(a access.Actor) (p id.Person) {
	if f.owner != f.state.Owner && f.owner == a.Person && !access.IsOwn(f.act) {
		p = f.state.Owner
	}
	return p
}

// others are those whose records stand before somebody beside their own: for whom they
// cover, and who of their role has left.
type others struct {
	stands directory.Stands
	gone   []id.Person
}

func (d *Desk) othersOf(tx *store.Tx, a access.Actor) (o others, err error) {
	if o.stands, err = d.Directory.StandsFor(tx, a); err == nil {
		o.gone, err = d.Directory.Gone(tx, a.Org, a.Role)
	}
	return o, err
}

func (o others) away() (out []id.Person) {
	for _, c := range o.stands {
		out = append(out, c.Person)
	}
	return out
}

// claims says why a duty of somebody else's record stands before an actor. Only who sees
// all of the work on it is shown that it is there.
func (o others) claims(r *Room, s *State, x process.Due, a access.Actor) (why claim, ok bool) {
	acts := r.actions(actWork, a, s)
	if len(acts) == 0 {
		return why, false
	}
	why = claim{act: acts[0], due: x}
	if why.cov, ok = o.stands.For(s.Owner); ok {
		return why, true
	}
	why.left = slices.Contains(o.gone, s.Owner) && access.Role(x.Owner) == a.Role && (!a.Role.OfTeam() || s.Team == a.Team)
	return why, why.left
}

// noticed says by which notice of who is away a record stands before who covers for them:
// as the owner's, and never as that of who began it, or of one who is asked for a second word.
func (o others) noticed(r *Room, a access.Actor, s *State, sort int64) (why claim, ok bool) {
	if _, ok = o.stands.For(s.Owner); !ok {
		return why, false
	}
	owner := a
	owner.Person = s.Owner
	theirs, ok := r.noticed(owner, s, sort)
	if !ok || !slices.Contains([]NoticeKind{NoticeGiven, NoticeNews, NoticeOverdue}, theirs.what) {
		return why, false
	}
	why, ok = o.claims(r, s, theirs.due, a)
	why.what, why.of = theirs.what, theirs.of
	return why, ok
}

// notifyOf sends a notice of a record: what its owner has, also to who covers for them, if
// access would show it to them; not to whoever did what it is of.
func (d *Desk) notifyOf(tx *store.Tx, r *Room, s *State, to, but id.Person, template string) error {
	if err := d.Notify(tx, to, s.Org, template); err != nil || to != s.Owner || to.IsZero() {
		return err
	}
	all, err := d.Directory.StandIns(tx, s.Org, s.Owner)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Person == but {
			continue
		}
		res, err := d.resource(tx, a, r, s)
		if err != nil {
			return err
		}
		if d.allows(a, r, s, res, actWork) {
			return d.Notify(tx, a.Person, s.Org, template)
		}
	}
	return nil
}

// ArrangeCover has somebody cover for another who is away. People arrange their own; for
// others access says who may, and nobody takes a place by their own word.
func (d *Desk) ArrangeCover(ctx context.Context, a access.Actor, c directory.Cover) error {
	if err := d.mayArrange(a); err != nil {
		return err
	}
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		rule, err := d.mayCover(tx, a, c.Person)
		if err != nil {
			return err
		}
		if c.By == a.Person && c.Person != a.Person {
			return fail.Fields{{Name: "by",
				Words: "Select somebody other than yourself. Whoever is away, or an administrator, " +
					"says that you cover: nobody takes a place by their own word"}}.Err()
		}
		by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: rule}
		written, err := d.Directory.ArrangeCover(tx, a.Org, by, c)
		if err != nil || !written {
			return err
		}
		return d.tellOfCover(tx, a, c)
	})
}

// EndCover ends a cover before its last day: by whoever could arrange it, or whoever covers.
func (d *Desk) EndCover(ctx context.Context, a access.Actor, of int64) error {
	if err := d.mayArrange(a); err != nil {
		return err
	}
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		o, err := d.Directory.OrganisationIn(tx, a.Org)
		if err != nil {
			return err
		}
		all := o.Covers(tx.Now())
		i := slices.IndexFunc(all, func(c directory.Cover) bool { return c.Of == of })
		none := fail.New(fail.Missing, "This cover has ended, or there is none")
		if i < 0 {
			return none
		}
		rule, err := d.mayCover(tx, a, all[i].Person)
		if all[i].By == a.Person {
			rule, err = "gives-a-place-back", nil
		}
		if err != nil { // it is none of theirs: as if there were none
			return none
		}
		by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: rule}
		if err := d.Directory.EndCover(tx, a.Org, by, of); err != nil {
			return err
		}
		return d.tellOfCover(tx, a, all[i])
	})
}

// mostArranged is how often in an hour somebody may arrange or end covers: each is an entry
// of the organisation, which all look up.
const mostArranged = 60

func (d *Desk) mayArrange(a access.Actor) error {
	if !d.arranged.OneMore(a.Person, mostArranged, d.Clock.Now()) {
		return fail.New(fail.TooOften, "Wait an hour: you have arranged or ended covers %s within one",
			plain.Count(mostArranged, "time", "times"))
	}
	return nil
}

// mayCover asks access whether somebody may say who covers for another, or for themselves.
func (d *Desk) mayCover(tx *store.Tx, a access.Actor, p id.Person) (string, error) {
	act := access.CoverOthers
	if p == a.Person {
		act = access.CoverOwn
	}
	got := d.Policy.Decide(a, act, access.Function(a.Org), access.Context{})
	if err := got.Err(access.Function(a.Org)); err != nil || act == access.CoverOwn || !a.Role.OfTeam() {
		return got.Rule, err
	}
	away, err := d.Directory.PersonIn(tx, p)
	if err != nil && !fail.Is(err, fail.Missing) {
		return "", err
	}
	if !away.InTeam(a.Team) {
		return "", fail.Fields{{Name: "person", Words: "Select somebody of your team"}}.Err()
	}
	return got.Rule, nil
}

// tellOfCover sends word to who is away and who covers, but not to whoever did it.
func (d *Desk) tellOfCover(tx *store.Tx, a access.Actor, c directory.Cover) error {
	for _, p := range []id.Person{c.Person, c.By} {
		if p == a.Person {
			continue
		}
		if err := d.Notify(tx, p, a.Org, jobs.Waiting); err != nil {
			return err
		}
	}
	return nil
}

// Covers are those that run or are to come of an organisation which concern somebody:
// their own, those by which they cover, and those that they may arrange.
func (d *Desk) Covers(ctx context.Context, a access.Actor) (out []directory.Cover, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		o, err := d.Directory.OrganisationIn(tx, a.Org)
		if err != nil {
			return err
		}
		for _, c := range o.Covers(tx.Now()) {
			if _, err := d.mayCover(tx, a, c.Person); err == nil || c.By == a.Person {
				out = append(out, c)
			}
		}
		return nil
	})
	return out, err
}

// CoverFields ask who covers for whom, from when until when: a page and a program alike.
func CoverFields() []field.Field {
	return []field.Field{
		{ID: "person", Kind: field.Person, Ask: "Who is away?", What: "who is away"},
		{ID: "by", Kind: field.Person, Ask: "Who covers?", What: "who covers", Needed: true},
		{ID: "from", Kind: field.Day, Ask: "First day away", What: "the first day away", Hint: "For example, 27 3 2026",
			When: "ahead", Needed: true},
		{ID: "until", Kind: field.Day, Ask: "Last day away", What: "the last day away", Hint: "For example, 10 4 2026",
			When: "ahead", Needed: true},
	}
}

// CoverSaid is the cover that answers ask for; for whoever asks, where nobody is named.
func CoverSaid(a access.Actor, fields []field.Field, in field.Answers, now time.Time) (directory.Cover, error) {
	known := func(_ field.Field, value string) bool { _, err := id.ParsePerson(value); return err == nil }
	said, _, faults := field.Check(fields, in, field.World{Today: workday.Of(now), Known: known})
	if err := faults.Err(); err != nil {
		return directory.Cover{}, err
	}
	c := directory.Cover{Person: a.Person}
	c.From, _ = workday.Parse(said.Get("from")) // field has looked at them
	c.Until, _ = workday.Parse(said.Get("until"))
	c.By, _ = id.ParsePerson(said.Get("by"))
	if p, err := id.ParsePerson(said.Get("person")); err == nil {
		c.Person = p
	}
	return c, nil
}

// CoverChoices are who could cover for whoever asks; and, for those who may say it of
// others, for whom, and who could cover for any of them.
type CoverChoices struct{ Own, Away, By []directory.Person }

// CoverChoices gives an actor's choices.
func (d *Desk) CoverChoices(ctx context.Context, a access.Actor) (out CoverChoices, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		if _, err := d.mayCover(tx, a, a.Person); err != nil {
			return err
		}
		me, err := d.Directory.PersonIn(tx, a.Person)
		if err != nil {
			return err
		}
		if out.By, err = d.Directory.WithRoles(tx, a.Org); err != nil {
			return err
		}
		out.Own = slices.DeleteFunc(slices.Clone(out.By), func(p directory.Person) bool {
			return p.ID == me.ID || len(directory.Shared(me, p)) == 0
		})
		if d.Policy.Decide(a, access.CoverOthers, access.Function(a.Org), access.Context{}).Effect != access.Allow {
			out.By = nil
			return nil
		}
		out.Away = slices.DeleteFunc(slices.Clone(out.By), func(p directory.Person) bool {
			return p.ID == me.ID || a.Role.OfTeam() && !p.InTeam(a.Team)
		})
		return nil
	})
	return out, err
}

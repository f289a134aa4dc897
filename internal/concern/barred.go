package concern

import (
	"slices"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/store"
)

// Barred are those who lose everything about a concern, whatever their role.
type Barred struct {
	Subjects  []id.Person // it is about them
	Conflicts []id.Person // they declared a conflict of interest
	PassedBy  []id.Person // managers whom it passes by
}

// None says that nobody is barred.
func (b Barred) None() bool { return len(b.Subjects)+len(b.Conflicts)+len(b.PassedBy) == 0 }

// Has says whether somebody is barred.
func (b Barred) Has(p id.Person) bool {
	return slices.Contains(b.Subjects, p) || slices.Contains(b.Conflicts, p) || slices.Contains(b.PassedBy, p)
}

// with is the same and one more.
func (b Barred) with(step process.Step, outcome string, p id.Person) Barred {
	add := func(all []id.Person) []id.Person { return append(slices.Clip(all), p) }
	switch {
	case p.IsZero():
	case step == process.DeclareConflict:
		b.Conflicts = add(b.Conflicts)
	case outcome == process.Subject:
		b.Subjects = add(b.Subjects)
	default:
		b.PassedBy = add(b.PassedBy)
	}
	return b
}

// barring are the effects of a step that bars somebody: who it is, and who has the
// concern from then on when it was theirs.
func (d *Desk) barring(tx *store.Tx, c *Concern, by id.Person, s Step) (who, owner id.Person, err error) {
	switch s := s.(type) {
	case DeclareConflict:
		who = by
	case KeepFrom:
		if who, err = d.personOf(tx, c.Org, s.Login); err != nil {
			return who, owner, err
		}
	default:
		return who, owner, nil
	}
	if who.IsZero() || who != c.Owner {
		return who, owner, nil
	}
	owner, err = d.findOwner(tx, c.Org, c.Team, func(p id.Person) bool { return p == who || p == c.Raiser || c.Has(p) })
	if fail.Is(err, fail.Conflict) { // nobody but the raiser is left
		owner, err = d.findOwner(tx, c.Org, c.Team, func(p id.Person) bool { return p == who || c.Has(p) })
	}
	if fail.Is(err, fail.Conflict) {
		return who, owner, fail.New(fail.Conflict, "Nobody else could take this up. Ring the Caldicott Guardian before you record this")
	}
	return who, owner, err
}

// personOf finds an account by its log-in name; zero when there is none, which is
// answered in the same way: nobody can look people up by naming them.
func (d *Desk) personOf(tx *store.Tx, org id.Org, login string) (id.Person, error) {
	p, err := d.Directory.LoginIn(tx, login)
	if fail.Is(err, fail.Missing) || err == nil && p.Org != org {
		return id.Person{}, nil
	}
	return p.ID, err
}

// alone says to access whether somebody else than the raiser could decide. It is
// asked only for those for whom the answer matters: the raiser, and the Guardian,
// who stands in where no lead is left.
func (d *Desk) alone(tx *store.Tx, a access.Actor, r *access.Resource) error {
	if a.Person != r.Raiser && a.Role != access.CaldicottGuardian || a.Role == access.System {
		return nil
	}
	barred := Barred{r.Subjects, r.Conflicts, r.PassedBy}
	left := func(role access.Role) (bool, error) {
		who, err := d.Directory.Holders(tx, a.Org, role, id.Team{})
		for _, p := range who {
			if p.ID != r.Raiser && !barred.Has(p.ID) {
				return true, err
			}
		}
		return false, err
	}
	lead, err := left(access.Lead)
	if err != nil {
		return err
	}
	guardian, err := left(access.CaldicottGuardian)
	r.NoLead, r.NobodyElse = !lead, !lead && !guardian
	return err
}

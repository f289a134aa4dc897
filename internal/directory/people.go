package directory

import (
	"context"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// sound are those of some people whose accounts open, and how many do not: one that was
// damaged hides nobody else, and verify names it.
func (d *Desk) sound(tx *store.Tx, people []id.Person) (all []Person, damaged int, err error) {
	for _, x := range people {
		p, err := d.personIn(tx, x)
		switch {
		case fail.Is(err, fail.Tampered), fail.Is(err, fail.Missing):
			damaged++
		case fail.Is(err, fail.Gone):
		case err != nil:
			return nil, 0, err
		default:
			all = append(all, p)
		}
	}
	return all, damaged, nil
}

// WorkingIn gives all who work for an organisation now, for who has to count them, and of
// how many nobody knows since their accounts are damaged: one look says which of the folds
// that are kept have moved on.
func (d *Desk) WorkingIn(tx *store.Tx, org id.Org) (out []Person, damaged int, err error) {
	type at struct {
		person  id.Person
		version int64
	}
	all, err := store.All(tx, func(x *at) []any { return []any{&x.person, &x.version} },
		`select p.person, coalesce(h.version, 0) from directory_person p
			left join head h on h.record = p.person and h.org = p.org and h.room = $2
			where p.org = $1 order by p.person`, org, ledger.Person)
	if err != nil {
		return nil, 0, err
	}
	out = make([]Person, 0, len(all))
	for _, x := range all {
		d.mu.RLock()
		p, kept := d.people[x.person]
		d.mu.RUnlock()
		if !kept || p.Version != x.version {
			one, none, err := d.sound(tx, []id.Person{x.person})
			if damaged += none; err != nil {
				return nil, 0, err
			}
			if len(one) == 0 {
				continue
			}
			p = one[0]
		}
		if p.Org == org && !p.Left {
			out = append(out, p)
		}
	}
	return out, damaged, nil
}

// Names gives the names of people for one page, each looked up once; "" for nobody.
func (d *Desk) Names(ctx context.Context) func(id.Person) string {
	known := map[id.Person]string{}
	return func(p id.Person) string {
		if p.IsZero() {
			return ""
		}
		if _, ok := known[p]; !ok {
			known[p] = "Somebody who has left"
			if who, err := d.Person(ctx, p); err == nil {
				known[p] = who.Name
			}
		}
		return known[p]
	}
}

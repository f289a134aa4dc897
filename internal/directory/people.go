package directory

import (
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// WorkingIn gives all who work for an organisation now, for who has to count them: one
// look says which of the folds that are kept have moved on.
func (d *Desk) WorkingIn(tx *store.Tx, org id.Org) ([]Person, error) {
	type at struct {
		person  id.Person
		version int64
	}
	all, err := store.All(tx, func(x *at) []any { return []any{&x.person, &x.version} },
		`select p.person, h.version from directory_person p join head h on h.record = p.person
			where p.org = $1 and h.org = $1 and h.room = $2 order by p.person`, org, ledger.Person)
	if err != nil {
		return nil, err
	}
	out := make([]Person, 0, len(all))
	for _, x := range all {
		d.mu.RLock()
		p, known := d.people[x.person]
		d.mu.RUnlock()
		if !known || p.Version != x.version {
			if p, err = d.personIn(tx, x.person); err != nil {
				return nil, err
			}
		}
		if p.Org == org && !p.Left {
			out = append(out, p)
		}
	}
	return out, nil
}

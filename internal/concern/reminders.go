package concern

import (
	"sync"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
)

// lateAfter is how long a duty is overdue before the Guardian is told.
const lateAfter = 24 * time.Hour

// routes remembers for a short while who leads a team. It only says where a new
// concern goes first; it gives nobody a right.
type routes struct {
	mu   sync.Mutex
	lead map[routeKey]route
}

// routeKey is a team, and the lead who raises a concern there: it goes to another.
type routeKey struct {
	team   id.Team
	raiser id.Person
}

type route struct {
	person id.Person
	until  time.Time
}

const routeLife = 5 * time.Second

// ownerFor is who a new concern goes to: the first of the team's leads, else any
// lead of the organisation, else the Caldicott Guardian; the raiser only when there
// is nobody else. No concern is without an owner; an organisation with none of them
// cannot take one up and says so.
func (d *Desk) ownerFor(tx *store.Tx, a access.Actor) (id.Person, error) {
	org, raiser, key := a.Org, a.Person, routeKey{team: a.Team}
	p, err := d.routed(tx, org, key)
	if err != nil || p != raiser {
		return p, err
	}
	key.raiser = raiser
	if other, err := d.routed(tx, org, key); !fail.Is(err, fail.Conflict) {
		return other, err
	}
	return p, nil
}

func (d *Desk) routed(tx *store.Tx, org id.Org, key routeKey) (id.Person, error) {
	d.routes.mu.Lock()
	r, ok := d.routes.lead[key]
	d.routes.mu.Unlock()
	if now := tx.Now(); ok && now.Before(r.until) && !now.Before(r.until.Add(-routeLife)) {
		return r.person, nil
	}
	p, err := d.rooms.TakesUp(tx, d.Room, org, key.team, func(p id.Person) bool { return p == key.raiser })
	if err != nil {
		return id.Person{}, err
	}
	d.routes.mu.Lock()
	defer d.routes.mu.Unlock()
	if d.routes.lead == nil || len(d.routes.lead) > mostRoutes {
		d.routes.lead = map[routeKey]route{}
	}
	d.routes.lead[key] = route{p, tx.Now().Add(routeLife)}
	return p, nil
}

const mostRoutes = 10_000

package directory

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/provider"
	"heed/internal/spent"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// Parts are what the desk works with.
type Parts struct {
	Store  *store.Store
	Vault  *vault.Vault
	Ledger *ledger.Log
	Clock  clock.Clock
	Jobs   *jobs.Queue // for notices; nil: none are sent
	Spent  *spent.Book // what was used up, outside the database; in memory unless told
	Origin string      // the address that people type, "https://heed.example": passkeys belong to it; "" has none
	// Providers are those at whom people may log in; nil: none.
	Providers *provider.Book
}

// Desk is the only way into the directory for other rooms.
type Desk struct {
	Parts
	checks chan struct{} // at most this many password checks at once: each takes 19 MiB

	mu     sync.RWMutex
	people map[id.Person]Person
	orgs   map[id.Org]Organisation
	tokens map[string]id.Person // hash → in whose record to look; gives no right
}

// New makes a desk.
func New(p Parts) *Desk {
	if p.Spent == nil {
		p.Spent = spent.InMemory(p.Clock)
	}
	return &Desk{Parts: p, checks: make(chan struct{}, 2), people: map[id.Person]Person{},
		orgs: map[id.Org]Organisation{}, tokens: map[string]id.Person{}}
}

// founding is the author of what is written before anybody can sign in.
var founding = ledger.Author{Role: string(access.System), Rule: "founding"}

// operator is the author of what somebody at the machine's own command line does.
var operator = Operator()

// Operator is the author of what somebody at the machine's own command line does.
func Operator() ledger.Author {
	return ledger.Author{Role: string(access.System), Rule: "operator-at-the-machine"}
}

// countWentBack is the author of what stops a passkey.
var countWentBack = ledger.Author{Role: string(access.System), Rule: "count-went-back"}

// Founding is what `heed init` asks.
type Founding struct {
	Name, Telephone, ExitURL string
	Nation                   workday.Nation
	Team                     string
	Lead                     Contact
	Colleague                ColleagueDoor
	Grantors                 []NewPerson // two; one for a one-person practice
	OnePerson                bool
	Second                   *NewPerson // whose word counts when a grantor is replaced
	Recovery                 string     // the recovery word, of NewRecoveryWord
}

// Validate names what is missing, before anything is made.
func (f Founding) Validate() error {
	var faults fail.Fields
	if f.Name == "" {
		faults.Add("name", "Enter the name of the organisation")
	}
	switch n := len(f.Grantors); {
	case f.OnePerson && n != 1:
		faults.Add("grantor", "A one-person practice has one grantor: give --grantor once, or leave --one-person away")
	case !f.OnePerson && n != 2:
		faults.Add("grantor", "Name two grantors: give --grantor twice. "+
			"A practice with one person has one, with --one-person")
	case n == 2 && strings.EqualFold(f.Grantors[0].Login, f.Grantors[1].Login):
		faults.Add("grantor", "The two grantors must be different people, each with a login name of their own")
	}
	if f.Lead.Name == "" || f.Lead.Telephone == "" {
		faults.Add("lead", "Enter whom to ring about a concern, with --lead-name and --lead-phone")
	}
	if u, err := url.Parse(f.ExitURL); f.ExitURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" &&
		u.Scheme != "http") {
		faults.Add("exit-url", "--exit-url must be a web address, such as https://www.nhs.uk/")
	}
	if f.Team == "" {
		faults.Add("team", "Enter the name of the team that takes up concerns")
	}
	for name, number := range map[string]string{"telephone": f.Telephone, "lead-phone": f.Lead.Telephone,
		"colleague": f.Colleague.Telephone} {
		if number != "" && !strings.ContainsAny(number, "0123456789") {
			faults.Add("telephone", "The telephone number in --"+name+" must have digits in it")
		}
	}
	for _, g := range f.Grantors {
		if !slices.Contains(foundingRoles, g.Role) {
			faults.Add("grantor", "A grantor is one of these, because each watches the other: "+listed(foundingRoles))
		}
	}
	for _, g := range f.founders() {
		if err := g.Validate(); err != nil {
			return err
		}
		if f.Second != nil && g != *f.Second && strings.EqualFold(g.Login, f.Second.Login) {
			faults.Add("second-witness", "The second witness must be another person than the grantors")
		}
	}
	return faults.Err()
}

// foundingRoles are those of which a grantor has one.
var foundingRoles = []access.Role{access.CaldicottGuardian, access.ExecutiveLead, access.Lead, access.Administrator}

// founders are the grantors, and the second witness when there is one.
func (f Founding) founders() []NewPerson {
	all := slices.Clone(f.Grantors)
	if f.Second != nil {
		all = append(all, *f.Second)
	}
	return all
}

// Enrolment is a set-up code with which somebody chooses a password and a second factor.
type Enrolment struct {
	Person id.Person
	Login  string
	Code   string
}

// OpenOrganisation founds an organisation. Its key must be in the key file already.
func (d *Desk) OpenOrganisation(ctx context.Context, org id.Org, f Founding) (Organisation, []Enrolment, error) {
	if err := f.Validate(); err != nil {
		return Organisation{}, nil, err
	}
	var out []Enrolment
	now := d.Clock.Now()
	team := Team{ID: id.NewTeam(now), Name: f.Team, Lead: f.Lead}
	people := make([]id.Person, len(f.founders()))
	for i := range people {
		people[i] = id.NewPerson(now)
	}
	lookup := make([]byte, 32)
	rand.Read(lookup)
	err := d.Store.Do(ctx, func(tx *store.Tx) error {
		out = nil
		key, err := d.Vault.New(tx, org, org.Record(), record.Organisation)
		if err != nil {
			return err
		}
		grantors := people[:len(f.Grantors)]
		opened := organisationOpened{f.Name, f.Nation, f.Telephone, f.ExitURL, grantors, f.OnePerson, []Team{team},
			f.Colleague, lookup, id.Person{}, ""}
		if f.Second != nil {
			opened.Second = people[len(f.Grantors)]
		}
		if f.Recovery != "" {
			opened.Recovery = codeHash(f.Recovery)
		}
		if _, err := d.Ledger.Append(tx, ledger.Organisation, key, 0, founding,
			ledger.Event{Kind: kindOrganisationOpened, Data: opened}); err != nil {
			return err
		}
		if err := insertOrganisation(tx, org); err != nil {
			return err
		}
		o := Organisation{ID: org, lookup: lookup}
		for i, g := range f.founders() {
			g.Team = team.ID
			grant := roleGranted{Role: g.Role, Team: team.ID, By: grantors}
			e, err := d.add(tx, o, people[i], g, grant, founding)
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	if err != nil {
		return Organisation{}, nil, err
	}
	o, err := d.Organisation(ctx, org)
	return o, out, err
}

// add writes a new person's record: account, role, and a set-up code.
func (d *Desk) add(tx *store.Tx, o Organisation, p id.Person, n NewPerson, g roleGranted, by ledger.Author) (Enrolment,
	error) {
	key, err := d.Vault.New(tx, o.ID, p.Record(), record.Organisation)
	if err != nil {
		return Enrolment{}, err
	}
	code := setUpCode()
	if g.Role == "" {
		g.Role = access.Worker
	}
	_, err = d.Ledger.Append(tx, ledger.Person, key, 0, by,
		ledger.Event{Kind: kindPersonAdded, Data: personAdded{n.Name, n.Login, n.Email, n.Phone, n.Job}},
		ledger.Event{Kind: kindRoleGranted, Data: g},
		ledger.Event{Kind: kindEnrolmentOffered, Data: enrolmentOffered{codeHash(code), tx.Now().Add(NewAccountLife)}})
	if err != nil {
		return Enrolment{}, err
	}
	mac, err := d.loginMAC(tx, n.Login)
	if err != nil {
		return Enrolment{}, err
	}
	if err := insertPerson(tx, p, o.ID, mac); err != nil {
		if store.IsUnique(err) {
			return Enrolment{}, fail.New(fail.Conflict, "Somebody with this login name has an account already")
		}
		return Enrolment{}, err
	}
	return Enrolment{p, n.Login, code}, insertHolder(tx, o.ID, g.Role, p)
}

// AddPerson gives somebody an account and, with the grantors' words, a role.
func (d *Desk) AddPerson(ctx context.Context, org id.Org, n NewPerson, words ...Word) (Enrolment, error) {
	if err := n.Validate(); err != nil {
		return Enrolment{}, err
	}
	o, err := d.Organisation(ctx, org)
	if err != nil {
		return Enrolment{}, err
	}
	if n.Role == "" {
		n.Role = access.Worker
	}
	if n.Team.IsZero() && len(o.Teams) > 0 {
		n.Team = o.Teams[0].ID
	}
	g, err := decideGrant(o, Person{Org: org}, n.Role, n.Team, words)
	if err != nil {
		return Enrolment{}, err
	}
	p := id.NewPerson(d.Clock.Now())
	var out Enrolment
	err = d.Store.Do(ctx, func(tx *store.Tx) error {
		if err := d.standing(tx, words); err != nil {
			return err
		}
		var err error
		if out, err = d.add(tx, o, p, n, g, operator); err != nil || d.Jobs == nil {
			return err
		}
		return d.Jobs.Mail(tx, jobs.Mail{To: p, Org: org, Template: jobs.Ready})
	})
	return out, err
}

// Grant gives a person a further role. One that takes words ends what was given out at the machine
// on fewer: a link, and a set-up code of somebody who has set up their account.
func (d *Desk) Grant(ctx context.Context, person id.Person, role access.Role, team id.Team, words ...Word) error {
	var was Person
	err := d.change(ctx, person, operator, func(tx *store.Tx, p Person, o Organisation) (ledger.Event, error) {
		was = p
		g, err := decideGrant(o, p, role, team, words)
		if err != nil {
			return ledger.Event{}, err
		}
		if err := d.standing(tx, words); err != nil {
			return ledger.Event{}, err
		}
		return ledger.Event{Kind: kindRoleGranted, Data: g}, insertHolder(tx, o.ID, role, p.ID)
	})
	if err == nil && privileged(role) {
		d.spendRisen(was)
	}
	return err
}

// change appends one event to a person's record.
func (d *Desk) change(ctx context.Context, person id.Person, by ledger.Author,
	decide func(*store.Tx, Person, Organisation) (ledger.Event, error)) error {
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		p, key, err := d.load(tx, person)
		if err != nil {
			return err
		}
		o, err := d.organisation(tx, p.Org)
		if err != nil {
			return err
		}
		ev, err := decide(tx, p, o)
		if err != nil {
			return err
		}
		_, err = d.Ledger.Append(tx, ledger.Person, key, p.Version, by, ev)
		return err
	})
}

// load folds a person's record; the fold is kept for as long as the record does not move on.
func (d *Desk) load(tx *store.Tx, person id.Person) (Person, *vault.Key, error) {
	org, err := orgOf(tx, person)
	if err != nil {
		return Person{}, nil, err
	}
	return d.loadIn(tx, org, person)
}

// loadIn is load for who knows the organisation.
func (d *Desk) loadIn(tx *store.Tx, org id.Org, person id.Person) (Person, *vault.Key, error) {
	key, err := d.Vault.Key(tx, org, person.Record())
	if err != nil {
		return Person{}, nil, err
	}
	history, err := d.Ledger.History(tx, key)
	if err != nil {
		return Person{}, nil, err
	}
	p := Person{ID: person, Org: org}
	for _, e := range history {
		if err := foldPerson(&p, e); err != nil {
			return Person{}, nil, err
		}
		p.Version = e.Version
	}
	return p, key, nil
}

// personIn gives a person as of now, from the kept fold when the record has not moved on.
func (d *Desk) personIn(tx *store.Tx, person id.Person) (Person, error) {
	v, err := d.Ledger.Version(tx, person.Record())
	if err != nil {
		return Person{}, err
	}
	d.mu.RLock()
	p, ok := d.people[person]
	d.mu.RUnlock()
	if ok && p.Version == v {
		return p, nil
	}
	if p, _, err = d.load(tx, person); err != nil {
		return Person{}, err
	}
	tx.WhenKept(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.people) >= 20000 {
			clear(d.people)
		}
		d.people[person] = p
	})
	return p, nil
}

func (d *Desk) organisation(tx *store.Tx, org id.Org) (Organisation, error) {
	v, err := d.Ledger.Version(tx, org.Record())
	if err != nil {
		return Organisation{}, err
	}
	d.mu.RLock()
	o, ok := d.orgs[org]
	d.mu.RUnlock()
	if ok && o.Version == v {
		return o, nil
	}
	key, err := d.Vault.Key(tx, org, org.Record())
	if err != nil {
		return Organisation{}, err
	}
	history, err := d.Ledger.History(tx, key)
	if err != nil {
		return Organisation{}, err
	}
	o = Organisation{ID: org}
	for _, e := range history {
		if err := foldOrganisation(&o, e); err != nil {
			return Organisation{}, err
		}
		o.Version = e.Version
	}
	tx.WhenKept(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.orgs[org].Version < o.Version { // one who looks at an older moment leaves it
			d.orgs[org] = o
		}
	})
	return o, nil
}

// Daybook is the key of the organisation's record of today, to which list pages
// and refused readings are written; its own key ends with its own retention.
func (d *Desk) Daybook(tx *store.Tx, org id.Org) (*vault.Key, error) {
	day := tx.Now()
	rec, err := daybook(tx, org, day)
	if err == nil {
		return d.Vault.Key(tx, org, rec)
	}
	if !fail.Is(err, fail.Missing) {
		return nil, err
	}
	fresh := id.NewRecord(tx.Now())
	made, err := insertDaybook(tx, org, day, fresh)
	if err != nil {
		return nil, err
	}
	if !made { // another process began it meanwhile
		if rec, err = daybook(tx, org, day); err != nil {
			return nil, err
		}
		return d.Vault.Key(tx, org, rec)
	}
	key, err := d.Vault.New(tx, org, fresh, record.Organisation)
	if err != nil {
		return nil, err
	}
	by := ledger.Author{Role: string(access.System), Rule: "daybook"}
	_, err = d.Ledger.Append(tx, ledger.Daybook, key, 0, by, ledger.Event{Kind: kindDaybookOpened,
		Data: daybookOpened{day.Format(time.DateOnly)}})
	return key, err
}

// FindDaybook is Daybook without beginning one; fail.Missing when today's was not begun.
func (d *Desk) FindDaybook(tx *store.Tx, org id.Org) (*vault.Key, error) {
	rec, err := daybook(tx, org, tx.Now())
	if err != nil {
		return nil, err
	}
	return d.Vault.Key(tx, org, rec)
}

var errNoOrganisation = errors.New("directory: no organisation has been set up")

package directory

import (
	"context"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/plain"
	"heed/internal/spent"
	"heed/internal/store"
)

// Organisation gives one organisation.
func (d *Desk) Organisation(ctx context.Context, org id.Org) (o Organisation, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error { o, err = d.organisation(tx, org); return err })
	return o, err
}

// Organisations gives all organisations of the installation, oldest first.
func (d *Desk) Organisations(ctx context.Context) (all []Organisation, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error { all, err = d.organisationsIn(tx); return err })
	return all, err
}

func (d *Desk) organisationsIn(tx *store.Tx) ([]Organisation, error) {
	ids, err := organisations(tx)
	if err != nil {
		return nil, err
	}
	all := make([]Organisation, 0, len(ids))
	for _, org := range ids {
		o, err := d.organisation(tx, org)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// OrganisationIn is Organisation inside a unit of work.
func (d *Desk) OrganisationIn(tx *store.Tx, org id.Org) (Organisation, error) {
	return d.organisation(tx, org)
}

// Person gives one person.
func (d *Desk) Person(ctx context.Context, person id.Person) (p Person, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error { p, err = d.personIn(tx, person); return err })
	return p, err
}

// PersonIn is Person inside a unit of work.
func (d *Desk) PersonIn(tx *store.Tx, person id.Person) (Person, error) {
	return d.personIn(tx, person)
}

// Actor is the person as who asks. Folded from the record on each request, so
// that a role taken back or a person who left counts at once (promise A11).
func (d *Desk) Actor(ctx context.Context, person id.Person, role access.Role, mfa bool) (access.Actor, error) {
	p, err := d.Person(ctx, person)
	if err != nil {
		return access.Actor{}, err
	}
	return p.Actor(role, mfa)
}

// Holders are those who hold a role in a team now; a zero team means any.
func (d *Desk) Holders(tx *store.Tx, org id.Org, role access.Role, team id.Team) ([]Person, error) {
	out, _, err := d.HoldersAnd(tx, org, role, team)
	return out, err
}

// HoldersAnd are Holders, and how many more may hold the role whose accounts are damaged:
// for who must not take them for gone.
func (d *Desk) HoldersAnd(tx *store.Tx, org id.Org, role access.Role, team id.Team) (out []Person, damaged int,
	err error) {
	candidates, err := mayHold(tx, org, role)
	if err != nil {
		return nil, 0, err
	}
	all, damaged, err := d.sound(tx, candidates)
	for _, p := range all {
		if g, ok := p.grant(role); ok && !p.Left && p.Org == org && (team.IsZero() || g.Team == team) {
			out = append(out, p)
		}
	}
	return out, damaged, err
}

// Everybody gives the people of an organisation whose accounts open, for who is chosen from
// and the demo's switcher.
func (d *Desk) Everybody(ctx context.Context, org id.Org) (all []Person, err error) {
	all, _, err = d.everybody(ctx, org)
	return all, err
}

func (d *Desk) everybody(ctx context.Context, org id.Org) (all []Person, damaged int, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		ids, err := everybody(tx, org)
		if err != nil {
			return err
		}
		all, damaged, err = d.sound(tx, ids)
		return err
	})
	return all, damaged, err
}

// List is Everybody for the operator of the machine, with how many accounts are damaged, and
// with an entry of it first: who works for an organisation is not for everybody to know.
func (d *Desk) List(ctx context.Context, org id.Org) (all []Person, damaged int, err error) {
	all, damaged, err = d.everybody(ctx, org)
	if err != nil {
		return nil, 0, err
	}
	return all, damaged, d.Store.DoReading(ctx, func(tx *store.Tx) error {
		key, err := d.Daybook(tx, org)
		if err != nil {
			return err
		}
		return d.Ledger.Reading(tx, ledger.Daybook, key, operator,
			ledger.Event{Kind: kindPeopleListed, Data: peopleListed{len(all)}})
	})
}

// find looks a login name up, in whichever organisation of the installation.
func (d *Desk) find(tx *store.Tx, login string) (Person, error) {
	mac, err := d.loginMAC(tx, login)
	if err != nil {
		return Person{}, err
	}
	found, err := personByLogin(tx, mac)
	if fail.Is(err, fail.Missing) {
		return Person{}, fail.New(fail.Missing, "Person not found")
	}
	if err != nil {
		return Person{}, err
	}
	return d.personIn(tx, found)
}

// LoginIn is FindLogin within a unit of work or a view.
func (d *Desk) LoginIn(tx *store.Tx, login string) (Person, error) { return d.find(tx, login) }

// FindLogin gives the person with a login name.
func (d *Desk) FindLogin(ctx context.Context, login string) (p Person, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error { p, err = d.find(tx, login); return err })
	return p, err
}

// wrongLogin is the one answer to a wrong name, password or code.
func wrongLogin() error {
	return fail.New(fail.SignIn, "Check your login name, password and code: at least one of them does not look right. "+
		plain.NextCode)
}

// CheckPassword gives the person whose password this is. A name that does not
// exist costs the same time and gets the same answer.
func (d *Desk) CheckPassword(ctx context.Context, login, password string) (id.Person, error) {
	p, err := d.FindLogin(ctx, login)
	if err != nil && !fail.Is(err, fail.Missing) {
		return id.Person{}, err
	}
	stored := p.password
	if stored == "" || p.Left {
		stored = nobodysPassword()
	}
	select {
	case d.checks <- struct{}{}:
		defer func() { <-d.checks }()
	case <-ctx.Done():
		return id.Person{}, ctx.Err()
	}
	if !checkPassword(stored, password) || p.password == "" || p.Left || d.Spent.Spent(passwordMark(p)) {
		return id.Person{}, wrongLogin()
	}
	return p.ID, nil
}

// CheckCode uses up the person's one-time code.
func (d *Desk) CheckCode(ctx context.Context, person id.Person, code string) error {
	var used spent.Mark
	err := d.Store.Do(ctx, func(tx *store.Tx) error {
		p, err := d.personIn(tx, person)
		if err != nil {
			return err
		}
		step, ok := checkTOTP(p.totp, code, tx.Now())
		if used = codeMark(person, step); !ok || d.Spent.Spent(used) {
			return wrongLogin()
		}
		fresh, err := useCode(tx, person, step)
		if err != nil {
			return err
		}
		if !fresh {
			return wrongLogin()
		}
		return nil
	})
	if err == nil && !d.Spent.Spend(used) {
		return wrongLogin() // the row that said so was taken away
	}
	return err
}

// CheckAll gives the person whose name, password and code these are. The code comes
// first, so that a password can be guessed here by nobody who has not the phone.
func (d *Desk) CheckAll(ctx context.Context, login, password, code string) (id.Person, error) {
	p, err := d.FindLogin(ctx, login)
	if err != nil && !fail.Is(err, fail.Missing) {
		return id.Person{}, err
	}
	secret := p.totp
	if secret == "" || p.Left {
		secret = nobodysSecret
	}
	if _, ok := checkTOTP(secret, code, d.Clock.Now()); !ok || p.totp == "" || p.Left {
		return id.Person{}, wrongLogin()
	}
	if err := d.CheckCode(ctx, p.ID, code); err != nil {
		return id.Person{}, err
	}
	return d.CheckPassword(ctx, login, password)
}

// GiveWord is a grantor's word, with password and second factor.
func (d *Desk) GiveWord(ctx context.Context, login, password, code string) (Word, error) {
	p, err := d.CheckPassword(ctx, login, password)
	if err != nil {
		return Word{}, err
	}
	if err := d.CheckCode(ctx, p, code); err != nil {
		return Word{}, err
	}
	return Word{p}, nil
}

// TokenLife is the longest a token lasts.
const TokenLife = 366 * 24 * time.Hour

// IssueToken makes a bearer token with which a program acts as the person whose
// word this is: nobody else, the operator of the machine included, can make one.
func (d *Desk) IssueToken(ctx context.Context, own Word, label string, life time.Duration) (string, error) {
	if life <= 0 || life > TokenLife {
		return "", fail.New(fail.Bad, "The life of a token must be between 1 second and 366 days")
	}
	plain := "heed_" + randomText()
	hash := tokenHash(plain)
	by := ledger.Author{Person: own.person, Role: string(access.Worker), Rule: "own-credentials"}
	err := d.change(ctx, own.person, by, func(tx *store.Tx, p Person, _ Organisation) (ledger.Event, error) {
		t := tokenIssued{hash, Token{Label: label, Expires: tx.Now().Add(life)}}
		return ledger.Event{Kind: kindTokenIssued, Data: t}, insertToken(tx, hash, p.ID)
	})
	return plain, err
}

// holderOf says in whose record a token is to be looked for. A token never moves to
// somebody else, so what was found stays found; whether it counts is asked each time.
func (d *Desk) holderOf(tx *store.Tx, hash string) (id.Person, error) {
	d.mu.RLock()
	p, ok := d.tokens[hash]
	d.mu.RUnlock()
	if ok {
		return p, nil
	}
	p, err := personByToken(tx, hash)
	if err != nil {
		return id.Person{}, err
	}
	d.mu.Lock()
	if len(d.tokens) >= 20000 {
		clear(d.tokens)
	}
	d.tokens[hash] = p
	d.mu.Unlock()
	return p, nil
}

// ByToken is who a bearer token acts as. The look-up row says only where to
// look: what counts is the token in the person's own record.
func (d *Desk) ByToken(ctx context.Context, plain string) (access.Actor, error) {
	return d.byToken(ctx, plain, func(t Token) bool { return t.Calendar == "" })
}

func (d *Desk) byToken(ctx context.Context, plain string, is func(Token) bool) (actor access.Actor, err error) {
	hash := tokenHash(plain)
	err = d.Store.Look(ctx, func(tx *store.Tx) error {
		person, err := d.holderOf(tx, hash)
		if err != nil {
			return err
		}
		p, err := d.personIn(tx, person)
		if err != nil {
			return err
		}
		t, ok := p.tokens[hash]
		if !ok || !is(t) || !d.Clock.Now().Before(t.Expires) || d.Spent.Spent(tokenMark(hash, t)) {
			return fail.New(fail.SignIn, "Send a token that has not ended")
		}
		actor, err = p.Actor(t.Calendar, true)
		return err
	})
	if fail.Is(err, fail.Missing) {
		err = fail.New(fail.SignIn, "Send a token that has not ended")
	}
	if err != nil { // where it was found may have been changed outside Heed for a moment
		d.mu.Lock()
		delete(d.tokens, hash)
		d.mu.Unlock()
	}
	return actor, err
}

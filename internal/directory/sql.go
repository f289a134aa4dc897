package directory

import (
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/id"
	"heed/internal/store"
)

// Migrations are this room's look-up tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// loginMAC hides a login name in the look-up table: keyed, so that a list of likely
// names does not find them. The key is that of the installation's first organisation,
// for all: a name is looked up once, however many organisations there are. Rows that were
// hidden by another key are made anew at the start, as all look-ups are (remake.go).
func (d *Desk) loginMAC(tx *store.Tx, login string) ([]byte, error) {
	key, err := d.lookupKey(tx)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(strings.ToLower(strings.TrimSpace(login))))
	return m.Sum(nil), nil
}

// lookupKey is the key of the installation's first organisation for what is looked up, for all.
func (d *Desk) lookupKey(tx *store.Tx) ([]byte, error) {
	first, err := d.Vault.First(tx)
	if err != nil {
		return nil, err
	}
	if first.IsZero() {
		return nil, errNoOrganisation
	}
	o, err := d.organisation(tx, first)
	return o.lookup, err
}

func organisations(tx *store.Tx) ([]id.Org, error) {
	return store.All(tx, func(o *id.Org) []any { return []any{o} },
		`select org from directory_organisation order by at, org`)
}

func insertOrganisation(tx *store.Tx, o id.Org) error {
	return tx.ChangeOne(`insert into directory_organisation (org, at) values ($1, $2)`, o, clock.Micros(tx.Now()))
}

func insertPerson(tx *store.Tx, p id.Person, o id.Org, mac []byte) error {
	return tx.ChangeOne(`insert into directory_person (person, org, login_mac) values ($1, $2, $3)`, p, o, mac)
}

func orgOf(tx *store.Tx, p id.Person) (id.Org, error) {
	return store.One(tx, func(o *id.Org) []any { return []any{o} },
		`select org from directory_person where person = $1`, p)
}

func personByLogin(tx *store.Tx, mac []byte) (id.Person, error) {
	return store.One(tx, func(p *id.Person) []any { return []any{p} },
		`select person from directory_person where login_mac = $1`, mac)
}

func everybody(tx *store.Tx, o id.Org) ([]id.Person, error) {
	return store.All(tx, func(p *id.Person) []any { return []any{p} },
		`select person from directory_person where org = $1 order by person`, o)
}

func insertHolder(tx *store.Tx, o id.Org, role access.Role, p id.Person) error {
	_, err := tx.Exec(`insert into directory_holder (org, role, person) values ($1, $2, $3) on conflict do nothing`,
		o, string(role), p)
	return err
}

// mayHold are those who may hold the role; each is to be held against their own record.
func mayHold(tx *store.Tx, o id.Org, role access.Role) ([]id.Person, error) {
	return store.All(tx, func(p *id.Person) []any { return []any{p} },
		`select person from directory_holder where org = $1 and role = $2 order by person`, o, string(role))
}

func insertToken(tx *store.Tx, hash string, p id.Person) error {
	return tx.ChangeOne(`insert into directory_token (hash, person) values ($1, $2)`, hash, p)
}

func personByToken(tx *store.Tx, hash string) (id.Person, error) {
	return store.One(tx, func(p *id.Person) []any { return []any{p} },
		`select person from directory_token where hash = $1`, hash)
}

// useCode is false when the code of this step was used before.
func useCode(tx *store.Tx, p id.Person, step int64) (bool, error) {
	if _, err := tx.Exec(`delete from directory_code_used where person = $1 and step < $2`, p, step-10); err != nil {
		return false, err
	}
	n, err := tx.Exec(`insert into directory_code_used (person, step) values ($1, $2) on conflict do nothing`, p, step)
	return n == 1, err
}

func insertDaybook(tx *store.Tx, o id.Org, day time.Time, rec id.Record) (bool, error) {
	n, err := tx.Exec(`insert into directory_daybook (org, day, record) values ($1, $2, $3) on conflict do nothing`,
		o, day.Format(time.DateOnly), rec)
	return n == 1, err
}

func daybook(tx *store.Tx, o id.Org, day time.Time) (id.Record, error) {
	return store.One(tx, func(r *id.Record) []any { return []any{r} },
		`select record from directory_daybook where org = $1 and day = $2`, o, day.Format(time.DateOnly))
}

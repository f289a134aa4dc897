package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Look-ups are made from the history and give no right. One that was taken away or
// changed keeps somebody out, or hides that they hold a role: so they are compared
// with the history, and made anew from it.

// CheckLookups tells of each look-up that the history makes and that is not there as
// it should be: of organisations, people, roles, tokens and daybooks; and of each holder
// of a role that was put in. It writes nothing.
func (d *Desk) CheckLookups(ctx context.Context, found func(string)) error {
	return d.eachLookup(ctx, func(l lookup) {
		if l.insert.text == "" {
			found(l.what + " stands in a row, and was never given")
			return
		}
		found(l.what + " cannot be found by its row, which was taken away or changed")
	})
}

// RemakeLookups makes anew what CheckLookups would tell of, and tells of it.
func (d *Desk) RemakeLookups(ctx context.Context, found func(string)) error {
	var wrong []lookup
	if err := d.eachLookup(ctx, func(l lookup) { wrong = append(wrong, l) }); err != nil || len(wrong) == 0 {
		return err
	}
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		for _, l := range wrong { // all that is in the way first: two rows may have been exchanged
			if l.clear.text == "" {
				continue
			}
			if _, err := tx.Exec(l.clear.text, l.clear.args...); err != nil {
				return err
			}
		}
		for _, l := range wrong {
			if l.insert.text != "" {
				if _, err := tx.Exec(l.insert.text, l.insert.args...); err != nil {
					return err
				}
			}
			tx.AfterCommit(func() { found(l.what) })
		}
		return nil
	})
}

// lookup is a row that the history makes.
type lookup struct {
	what   string
	ask    statement // how many there are
	clear  statement // what is in its way; none when text is ""
	insert statement // none when the history makes no such row
}

type statement struct {
	text string
	args []any
}

// eachLookup gives fn each look-up that is not as the history makes it.
func (d *Desk) eachLookup(ctx context.Context, fn func(lookup)) error {
	noRest := func(context.Context, time.Duration) {}
	for room, wanted := range map[ledger.Room]func(*store.Tx, ledger.Entry) ([]lookup, error){
		ledger.Organisation: d.lookupsOfOrganisation, ledger.Person: d.lookupsOfPerson, ledger.Daybook: d.lookupsOfDaybook,
	} {
		err := d.Ledger.Begun(ctx, room, noRest, func(tx *store.Tx, e ledger.Entry) error {
			all, err := wanted(tx, e)
			if fail.Is(err, fail.Tampered) {
				return nil // the history itself is damaged: verify names it
			}
			if err != nil {
				return err
			}
			for _, l := range all {
				there, err := store.One(tx, func(n *int64) []any { return []any{n} }, l.ask.text, l.ask.args...)
				if err != nil {
					return err
				}
				if there == 0 {
					fn(l)
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("compare look-ups: %w", err)
		}
	}
	return d.Store.View(ctx, func(tx *store.Tx) error { return d.strangers(tx, fn) })
}

// strangers gives fn each holder of a role who was never given it. A row stays when its
// role is taken back.
func (d *Desk) strangers(tx *store.Tx, fn func(lookup)) error {
	type holder struct {
		org    id.Org
		role   string
		person id.Person
	}
	all, err := store.All(tx, func(h *holder) []any { return []any{&h.org, &h.role, &h.person} },
		`select org, role, person from directory_holder order by org, person, role`)
	for _, h := range all {
		given, err := d.everGiven(tx, h.org, h.person, h.role)
		if fail.Is(err, fail.Tampered) {
			continue // the history itself is damaged: verify names it
		}
		if err != nil {
			return err
		}
		if !given {
			fn(lookup{what: "the role " + h.role + " of " + h.person.String(), clear: statement{
				`delete from directory_holder where org = $1 and role = $2 and person = $3`, []any{h.org, h.role, h.person}}})
		}
	}
	return err
}

func (d *Desk) everGiven(tx *store.Tx, org id.Org, person id.Person, role string) (bool, error) {
	key, err := d.Vault.Key(tx, org, person.Record())
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	history, err := d.Ledger.History(tx, key)
	for _, e := range history {
		var said roleGranted
		if e.Kind == kindRoleGranted && json.Unmarshal(e.Data, &said) == nil && string(said.Role) == role {
			return true, err
		}
	}
	return false, err
}

func (d *Desk) lookupsOfOrganisation(_ *store.Tx, e ledger.Entry) ([]lookup, error) {
	row := []any{e.Org, clock.Micros(e.At)}
	return []lookup{{"the organisation " + e.Org.String(),
		statement{`select count(*) from directory_organisation where org = $1 and at = $2`, row},
		statement{`delete from directory_organisation where org = $1`, row[:1]},
		statement{`insert into directory_organisation (org, at) values ($1, $2)`, row}}}, nil
}

func (d *Desk) lookupsOfPerson(tx *store.Tx, e ledger.Entry) ([]lookup, error) {
	p, _, err := d.loadIn(tx, e.Org, e.Record.Person())
	if err != nil {
		return nil, err
	}
	mac, err := d.loginMAC(tx, p.Login)
	if err != nil {
		return nil, err
	}
	row := []any{p.ID, p.Org, mac}
	all := []lookup{{"the person " + p.ID.String(),
		statement{`select count(*) from directory_person where person = $1 and org = $2 and login_mac = $3`, row},
		statement{`delete from directory_person where person = $1 or login_mac = $2`, []any{p.ID, row[2]}},
		statement{`insert into directory_person (person, org, login_mac) values ($1, $2, $3)`, row}}}
	for _, role := range p.held { // also one that was taken back: what somebody had who has left is found by it
		row := []any{p.Org, string(role), p.ID}
		all = append(all, lookup{what: "the role " + string(role) + " of " + p.ID.String(),
			ask:    statement{`select count(*) from directory_holder where org = $1 and role = $2 and person = $3`, row},
			insert: statement{`insert into directory_holder (org, role, person) values ($1, $2, $3)`, row}})
	}
	for _, l := range p.links {
		mac, err := d.linkMAC(tx, l)
		if err != nil {
			return nil, err
		}
		row := []any{mac, p.ID}
		all = append(all, lookup{"a link of " + p.ID.String() + " with a provider",
			statement{`select count(*) from directory_provider where mac = $1 and person = $2`, row},
			statement{`delete from directory_provider where mac = $1`, row[:1]},
			statement{`insert into directory_provider (mac, person) values ($1, $2)`, row}})
	}
	for hash := range p.tokens {
		row := []any{hash, p.ID}
		all = append(all, lookup{"a token of " + p.ID.String(),
			statement{`select count(*) from directory_token where hash = $1 and person = $2`, row},
			statement{`delete from directory_token where hash = $1`, row[:1]},
			statement{`insert into directory_token (hash, person) values ($1, $2)`, row}})
	}
	return all, nil
}

// lookupsOfDaybook is nothing when the day has a book, be it another one: a second was
// begun when the row of the first had been taken away.
func (d *Desk) lookupsOfDaybook(tx *store.Tx, e ledger.Entry) ([]lookup, error) {
	var opened daybookOpened
	if err := json.Unmarshal(e.Data, &opened); err != nil {
		return nil, fmt.Errorf("read %s: %w", e.Kind, err)
	}
	at, err := store.One(tx, func(r *id.Record) []any { return []any{r} },
		`select record from directory_daybook where org = $1 and day = $2`, e.Org, opened.Day)
	if err == nil && at != e.Record {
		if is, err := d.Ledger.Begins(tx, at, ledger.Daybook); is || err != nil {
			return nil, err
		}
	}
	if err != nil && !fail.Is(err, fail.Missing) {
		return nil, err
	}
	row := []any{e.Org, opened.Day, e.Record}
	return []lookup{{"the daybook of " + opened.Day,
		statement{`select count(*) from directory_daybook where org = $1 and day = $2 and record = $3`, row},
		statement{`delete from directory_daybook where org = $1 and day = $2`, row[:2]},
		statement{`insert into directory_daybook (org, day, record) values ($1, $2, $3)`, row}}}, nil
}

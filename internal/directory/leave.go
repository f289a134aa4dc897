package directory

import (
	"context"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// What takes a right away needs one grantor's word: enough that the operator of
// the machine cannot do it alone, and not so much that somebody who must go today
// stays until both are at work.

// Revoke takes a role back; it takes effect on the person's next request.
func (d *Desk) Revoke(ctx context.Context, person id.Person, role access.Role, words ...Word) error {
	var before Person
	err := d.change(ctx, person, operator, func(tx *store.Tx, p Person, o Organisation) (ledger.Event, error) {
		if before = p; !p.Has(role) {
			return ledger.Event{}, fail.New(fail.Conflict, "This person does not hold that role")
		}
		by, err := d.oneWord(tx, o, words)
		return ledger.Event{Kind: kindRoleRevoked, Data: roleRevoked{role, by}}, err
	})
	if err == nil {
		d.spendCalendars(before, func(t Token) bool { return t.Calendar == role })
	}
	return err
}

// Leave ends a person's account: roles, tokens and sessions give nothing from the next request on.
func (d *Desk) Leave(ctx context.Context, person id.Person, words ...Word) error {
	var before Person
	err := d.change(ctx, person, operator, func(tx *store.Tx, p Person, o Organisation) (ledger.Event, error) {
		if before = p; p.Left {
			return ledger.Event{}, fail.New(fail.Conflict, "This person has left")
		}
		by, err := d.oneWord(tx, o, words)
		return ledger.Event{Kind: kindPersonLeft, Data: personLeft{by}}, err
	})
	if err == nil {
		d.spendTokens(before, "")
		d.spendEnrolment(before)
		d.spendPasskeys(before)
		d.spendLinks(before)
	}
	return err
}

// oneWord is who of the grantors gave their word; one is enough.
func (d *Desk) oneWord(tx *store.Tx, o Organisation, words []Word) ([]id.Person, error) {
	by := grantorsOf(o, words)
	if len(by) == 0 {
		return nil, fail.New(fail.Refused, "This needs the word of one of those who were named when the organisation was "+
			"set up")
	}
	return by, d.standing(tx, words)
}

// standing refuses the word of somebody who has left since it was given.
func (d *Desk) standing(tx *store.Tx, words []Word) error {
	for _, w := range words {
		p, err := d.personIn(tx, w.person)
		if err != nil {
			return err
		}
		if p.Left {
			return fail.New(fail.Refused, "%s has left: their word does not count any more", p.Login)
		}
	}
	return nil
}

func grantorsOf(o Organisation, words []Word) (by []id.Person) {
	for _, w := range words {
		if o.IsGrantor(w.person) && !slices.Contains(by, w.person) {
			by = append(by, w.person)
		}
	}
	return by
}

// EveryGrantor refuses unless each grantor of the organisation gave their word.
func (d *Desk) EveryGrantor(ctx context.Context, org id.Org, words ...Word) error {
	return d.Store.View(ctx, func(tx *store.Tx) error {
		o, err := d.organisation(tx, org)
		if err != nil {
			return err
		}
		if len(grantorsOf(o, words)) < len(o.Grantors) {
			return needsGrantors(o, "This")
		}
		return d.standing(tx, words)
	})
}

// NoteKeysChanged writes to the organisation's record that its key was changed.
func (d *Desk) NoteKeysChanged(ctx context.Context, org id.Org, words ...Word) error {
	return d.note(ctx, org, func(o Organisation) ledger.Event {
		return ledger.Event{Kind: kindKeysChanged, Data: keysChanged{grantorsOf(o, words)}}
	})
}

// NoteKeysLost writes to the organisation's record that keys were given up.
func (d *Desk) NoteKeysLost(ctx context.Context, org id.Org, records int) error {
	return d.note(ctx, org, func(Organisation) ledger.Event {
		return ledger.Event{Kind: kindKeysLost, Data: keysLost{records}}
	})
}

// NoteDestroyedAgain writes to the organisation's record that keys of erased records are destroyed again.
func (d *Desk) NoteDestroyedAgain(ctx context.Context, org id.Org, records int, words ...Word) error {
	return d.note(ctx, org, func(o Organisation) ledger.Event {
		return ledger.Event{Kind: kindKeysAgain, Data: keysAgain{records, grantorsOf(o, words)}}
	})
}

func (d *Desk) note(ctx context.Context, org id.Org, event func(Organisation) ledger.Event) error {
	return d.Store.Do(ctx, func(tx *store.Tx) error { return d.noteIn(tx, org, operator, event) })
}

func (d *Desk) noteIn(tx *store.Tx, org id.Org, by ledger.Author, event func(Organisation) ledger.Event) error {
	o, err := d.organisation(tx, org)
	if err != nil {
		return err
	}
	key, err := d.Vault.Key(tx, org, org.Record())
	if err != nil {
		return err
	}
	_, err = d.Ledger.Append(tx, ledger.Organisation, key, o.Version, by, event(o))
	return err
}

// NoteStep writes, in the commit of the beat that does it first, that the public tree
// grows by another step from now on: to the record of the first organisation, which
// is the installation's.
func (d *Desk) NoteStep(tx *store.Tx, s ledger.Step) error {
	orgs, err := organisations(tx)
	if err != nil || len(orgs) == 0 {
		return err
	}
	by := ledger.Author{Role: string(access.System), Rule: "step-by-what-waits"}
	return d.noteIn(tx, orgs[0], by,
		func(Organisation) ledger.Event { return ledger.Event{Kind: kindStepChanged, Data: s} })
}

// HeldToken is a token as its owner and the operator see it: never the token itself.
type HeldToken struct {
	ID string // the beginning of its hash: names it, gives nothing
	Token
}

const tokenDigits = 12 // hexadecimal digits

// Tokens are the person's tokens, soonest to end first.
func (p Person) Tokens() []HeldToken {
	var all []HeldToken
	for hash, t := range p.tokens {
		all = append(all, HeldToken{hash[:tokenDigits], t})
	}
	slices.SortFunc(all, func(a, b HeldToken) int {
		if c := a.Expires.Compare(b.Expires); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}

// RevokeToken withdraws one token, named by its ID; it gives nothing from the next
// request on. It needs nobody's word: a token that was seen by others must go at
// once, and going gives nobody anything.
func (d *Desk) RevokeToken(ctx context.Context, person id.Person, name string) error {
	var before Person
	var withdrawn string
	err := d.change(ctx, person, operator, func(_ *store.Tx, p Person, _ Organisation) (ledger.Event, error) {
		for hash := range p.tokens {
			if strings.EqualFold(hash[:tokenDigits], name) {
				before, withdrawn = p, hash
				return ledger.Event{Kind: kindTokenRevoked, Data: tokenRevoked{hash}}, nil
			}
		}
		return ledger.Event{}, fail.New(fail.Missing, "This person has no such token. See them with heed token list")
	})
	if err == nil {
		d.spendTokens(before, withdrawn)
	}
	return err
}

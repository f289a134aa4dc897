package directory

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/store"
)

// A grantor who leaves, or who lost everything, is replaced: by the words of two
// whom the organisation named when it was set up, or by the recovery word from the
// safe and the word of somebody who holds a role by the grantors' own words. Whoever
// set the organisation up saw the recovery word, and whoever runs the machine can
// add workers: neither is enough, alone or together. Everybody with a role is told,
// and for 72 hours any of them can stop it.

// StopTime is how long a replacement can be stopped.
const StopTime = 72 * time.Hour

// Replacement is a grantor's place that is to be given to somebody else.
type Replacement struct {
	Out      id.Person   `json:"out"`
	In       id.Person   `json:"in"`
	By       []id.Person `json:"by"`
	Recovery bool        `json:"recovery,omitempty"` // the word from the safe was given
	Until    time.Time   `json:"until"`              // until then it can be stopped
}

type replacementStopped struct {
	By id.Person `json:"by"` // zero: by Heed, because the one who was to come has left
}

type grantorReplaced struct {
	Out id.Person `json:"out"`
	In  id.Person `json:"in"`
}

// named says whether somebody is a grantor or the second witness.
func (o *Organisation) named(p id.Person) bool {
	return o.IsGrantor(p) || !o.Second.IsZero() && o.Second == p
}

// comesIn says whether somebody is to take a grantor's place.
func (o *Organisation) comesIn(p id.Person) bool { return o.Replacing != nil && o.Replacing.In == p }

func (o *Organisation) replace(r grantorReplaced) {
	for i, g := range o.Grantors {
		if g == r.Out {
			o.Grantors[i] = r.In
		}
	}
	o.Replacing = nil
}

// ReplaceGrantor begins to give a grantor's place to somebody else. recovery is the
// word from the safe, or "".
func (d *Desk) ReplaceGrantor(ctx context.Context, org id.Org, out, in id.Person, recovery string,
	words ...Word) (Replacement, error) {
	var r Replacement
	err := d.inOrganisation(ctx, org, operator, func(tx *store.Tx, o Organisation) (ledger.Event, error) {
		if err := d.standing(tx, words); err != nil {
			return ledger.Event{}, err
		}
		next, err := d.personIn(tx, in)
		if err != nil {
			return ledger.Event{}, err
		}
		voices, err := d.voices(tx, o, words)
		if err != nil {
			return ledger.Event{}, err
		}
		if r, err = decideReplacement(o, out, next, recovery, voices); err != nil {
			return ledger.Event{}, err
		}
		r.Until = tx.Now().Add(StopTime)
		return ledger.Event{Kind: kindReplacing, Data: r}, d.announce(tx, o)
	})
	return r, err
}

// voice is somebody who gave their word, and by what it counts.
type voice struct {
	person id.Person
	named  bool // a grantor, or the second witness
	trusts bool // holds a role that the grantors gave and that runs nothing
}

func (d *Desk) voices(tx *store.Tx, o Organisation, words []Word) (all []voice, err error) {
	for _, w := range words {
		p, err := d.personIn(tx, w.person)
		if err != nil {
			return nil, err
		}
		v := voice{person: w.person, named: o.named(w.person)}
		v.trusts = p.Org == o.ID && slices.ContainsFunc(p.Grants, func(g Grant) bool { return privileged(g.Role) }) &&
			!p.Has(access.Administrator)
		if p.Org == o.ID && !slices.ContainsFunc(all, func(x voice) bool { return x.person == v.person }) {
			all = append(all, v)
		}
	}
	return all, nil
}

// decideReplacement says whether these words are enough.
func decideReplacement(o Organisation, out id.Person, in Person, recovery string, voices []voice) (Replacement, error) {
	r := Replacement{Out: out, In: in.ID}
	switch {
	case o.Replacing != nil:
		return r, fail.New(fail.Conflict, "A grantor is being replaced already. See it with heed grantor list, and stop "+
			"it with heed grantor stop --by NAME")
	case !o.IsGrantor(out):
		return r, fail.New(fail.Bad, "The person who is to be replaced is not a grantor. See who is with heed grantor list")
	case in.Org != o.ID || in.Left || !in.HasPassword(): // a word is given with both
		return r, fail.New(fail.Bad, "The person who takes the place must have an account that they have set up with a "+
			"password and a code")
	case slices.ContainsFunc(in.links, func(l Link) bool { return l.AtMachine }):
		return r, fail.New(fail.Bad, "The person who takes the place has a log-in elsewhere that was set at the machine. "+
			"They take it away first, at their own account")
	case o.IsGrantor(in.ID) || in.ID == o.Second:
		return r, fail.New(fail.Bad, "The person who takes the place must be another than the grantors and the second "+
			"witness: two people must go on watching each other")
	}
	named, trusting := 0, 0
	for _, v := range voices {
		if v.person == in.ID {
			continue // nobody speaks for themself
		}
		if v.named {
			named++
		}
		if v.named || v.trusts {
			trusting++
			r.By = append(r.By, v.person)
		}
	}
	if recovery != "" {
		if o.recovery == "" || subtle.ConstantTimeCompare([]byte(codeHash(recovery)), []byte(o.recovery)) != 1 {
			return r, fail.New(fail.Refused, "The recovery word does not look right. It is in the safe, as heed init printed it")
		}
		r.Recovery = true
	}
	if named < 2 && (!r.Recovery || trusting < 1) {
		return r, fail.New(fail.Refused, "This needs the words of two of these: the grantors, and the second witness "+
			"named by heed init. Or it needs the recovery word from the safe and one of them, or somebody with a role that "+
			"is not the administrator's")
	}
	return r, nil
}

// announce tells everybody with a role that there is something to read.
func (d *Desk) announce(tx *store.Tx, o Organisation) error {
	if d.Jobs == nil {
		return nil
	}
	told := map[id.Person]bool{}
	for _, role := range access.Given() {
		if !privileged(role) {
			continue
		}
		holders, err := d.Holders(tx, o.ID, role, id.Team{})
		if err != nil {
			return err
		}
		for _, p := range holders {
			if told[p.ID] {
				continue
			}
			told[p.ID] = true
			if err := d.Jobs.Mail(tx, jobs.Mail{To: p.ID, Org: o.ID, Template: jobs.Waiting}); err != nil {
				return err
			}
		}
	}
	return nil
}

// StopReplacement ends a replacement before its time. Anybody with a role may.
func (d *Desk) StopReplacement(ctx context.Context, org id.Org, by id.Person) error {
	return d.inOrganisation(ctx, org, ledger.Author{Person: by, Role: string(access.Worker),
		Rule: "stop-replacing-a-grantor"},
		func(tx *store.Tx, o Organisation) (ledger.Event, error) {
			p, err := d.personIn(tx, by)
			if err != nil {
				return ledger.Event{}, err
			}
			switch {
			case o.Replacing == nil:
				return ledger.Event{}, fail.New(fail.Conflict, "No grantor is being replaced")
			case p.Org != org || p.Left || !slices.ContainsFunc(p.Grants, func(g Grant) bool { return privileged(g.Role) }):
				return ledger.Event{}, fail.New(fail.Refused, "Only somebody with a role beyond that of a worker can stop this")
			}
			return ledger.Event{Kind: kindReplacementStopped, Data: replacementStopped{by}}, d.announce(tx, o)
		})
}

// StopByWord is StopReplacement by somebody's word, at the machine.
func (d *Desk) StopByWord(ctx context.Context, org id.Org, w Word) error {
	return d.StopReplacement(ctx, org, w.person)
}

// FinishReplacements gives the places whose time to be stopped is over.
func (d *Desk) FinishReplacements(ctx context.Context) error {
	all, err := d.Organisations(ctx)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Replacing == nil || d.Clock.Now().Before(o.Replacing.Until) {
			continue
		}
		err := d.inOrganisation(ctx, o.ID, ledger.Author{Role: string(access.System), Rule: "replace-a-grantor"},
			func(tx *store.Tx, o Organisation) (ledger.Event, error) {
				if o.Replacing == nil || tx.Now().Before(o.Replacing.Until) {
					return ledger.Event{}, errNothingToDo
				}
				next, err := d.personIn(tx, o.Replacing.In)
				if err != nil || next.Left || !next.HasPassword() { // a place for nobody who gives words is no place
					return ledger.Event{Kind: kindReplacementStopped, Data: replacementStopped{}}, errors.Join(err, d.announce(tx, o))
				}
				return ledger.Event{Kind: kindGrantorReplaced, Data: grantorReplaced{o.Replacing.Out, o.Replacing.In}},
					d.announce(tx, o)
			})
		if err != nil && err != errNothingToDo { //nolint:errorlint // it is returned as it is
			return err
		}
	}
	return nil
}

var errNothingToDo = fail.New(fail.Conflict, "Nothing to do")

// inOrganisation appends one event to an organisation's own record.
func (d *Desk) inOrganisation(ctx context.Context, org id.Org, by ledger.Author,
	decide func(*store.Tx, Organisation) (ledger.Event, error)) error {
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		o, err := d.organisation(tx, org)
		if err != nil {
			return err
		}
		ev, err := decide(tx, o)
		if err != nil {
			return err
		}
		key, err := d.Vault.Key(tx, org, org.Record())
		if err != nil {
			return err
		}
		_, err = d.Ledger.Append(tx, ledger.Organisation, key, o.Version, by, ev)
		return err
	})
}

// NewRecoveryWord is what heed init prints once, for the safe.
func NewRecoveryWord() string { return recoveryText() }

package directory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/store"
)

// An overlay is proposed by somebody who may, and counts once every grantor has said yes to
// this text: each says yes to its fingerprint, and so to what they saw. One waits for each
// definition; it ends when one of them refuses it, when what lies on the definition changes
// meanwhile, or after ProposalLife.

// ProposalLife is how long a proposal waits.
const ProposalLife = 30 * 24 * time.Hour

// Proposal is what is to be laid on a definition, or taken off it.
type Proposal struct {
	On   string          `json:"on"`
	Name string          `json:"name"` // of what would come of both, or of what is taken off
	Off  bool            `json:"off,omitempty"`
	Text json.RawMessage `json:"text,omitempty"`
	By   id.Person       `json:"by"`

	At  time.Time   `json:"-"`
	Yes []id.Person `json:"-"` // the grantors who have agreed
	End Ending      `json:"-"` // zero while it waits
}

// Fingerprint tells one proposal from every other: two who saw the same fingerprint saw the
// same text.
func (p Proposal) Fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "heed/overlay/1\n%q %q %v %q %d\n%s", p.On, p.Name, p.Off, p.By, p.At.Unix(), p.Text)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

type overlayAgreed struct {
	Fingerprint string    `json:"fingerprint"`
	By          id.Person `json:"by"`
}

type overlayRefused struct {
	Fingerprint string    `json:"fingerprint"`
	By          id.Person `json:"by"`
	Why         string    `json:"why"`
}

// Ending is how a proposal ended.
type Ending struct {
	How Ended
	By  id.Person // who refused it, or took it back
	Why string    // it was refused
	At  time.Time
}

// Ended is in which way a proposal ended.
type Ended int

// The ways.
const (
	Waits     Ended = iota // it has not ended
	Agreed                 // all agreed: what it proposed counted from then on
	Refused                // by a grantor
	TakenBack              // by whoever proposed it
	Overtaken              // what lies on the definition changed meanwhile
	Lapsed                 // it waited too long
)

// News are the proposals that ended last, one for each definition, for as long as one waits and until
// another is proposed.
func (o Organisation) News(now time.Time) (all []Proposal) {
	for _, on := range slices.Sorted(maps.Keys(o.proposals)) {
		of := o.proposals[on]
		if p := of[len(of)-1].by(now); p.End.How != Waits && now.Before(p.End.At.Add(ProposalLife)) {
			all = append(all, p)
		}
	}
	return all
}

// by is a proposal as it stands by then.
func (p Proposal) by(now time.Time) Proposal {
	if end := p.At.Add(ProposalLife); p.End.How == Waits && !now.Before(end) {
		p.End = Ending{How: Lapsed, At: end}
	}
	return p
}

// Proposed are what waits for the word of the grantors.
func (o Organisation) Proposed(now time.Time) (all []Proposal) {
	for _, on := range slices.Sorted(maps.Keys(o.proposals)) {
		of := o.proposals[on]
		if p := of[len(of)-1].by(now); p.End.How == Waits {
			all = append(all, p)
		}
	}
	return all
}

// Proposal is one that was ever made, by its fingerprint, as it stands by now.
func (o Organisation) Proposal(fingerprint string, now time.Time) (Proposal, error) {
	for _, of := range o.proposals {
		for _, p := range slices.Backward(of) { // the same again within a second has the same
			if p.Fingerprint() == fingerprint {
				return p.by(now), nil
			}
		}
	}
	return Proposal{}, fail.New(fail.Missing, "Page not found")
}

// Waiting is one that waits, by its fingerprint.
func (o Organisation) Waiting(fingerprint string, now time.Time) (Proposal, error) {
	p, err := o.Proposal(fingerprint, now)
	if err != nil || p.End.How != Waits {
		return Proposal{}, fail.New(fail.Conflict, "This does not wait any more: it was agreed, refused or taken back, "+
			"it waited too long, or what is in force changed meanwhile. What we do differently shows how it stands")
	}
	return p, nil
}

// propose, agree, refuse and settle fold: neither a map nor a list is changed that another organisation holds.
func (o *Organisation) propose(p Proposal) {
	o.proposals = maps.Clone(o.proposals)
	if o.proposals == nil {
		o.proposals = map[string][]Proposal{}
	}
	o.proposals[p.On] = append(slices.Clip(o.proposals[p.On]), p)
}

// fold changes the proposals that wait.
func (o *Organisation) fold(at time.Time, change func(*Proposal)) {
	o.proposals = maps.Clone(o.proposals)
	for on, of := range o.proposals {
		last := len(of) - 1
		if of[last].by(at).End.How == Waits {
			of = slices.Clone(of)
			change(&of[last])
			o.proposals[on] = of
		}
	}
}

func (o *Organisation) refuse(e overlayRefused, at time.Time) {
	o.fold(at, func(p *Proposal) {
		if p.Fingerprint() != e.Fingerprint {
			return
		}
		p.End = Ending{Refused, e.By, e.Why, at}
		if e.By == p.By && e.Why == "" {
			p.End.How = TakenBack
		}
	})
}

func (o *Organisation) agree(e overlayAgreed, at time.Time) {
	o.fold(at, func(p *Proposal) {
		if p.Fingerprint() == e.Fingerprint {
			p.Yes = append(slices.Clip(p.Yes), e.By)
		}
	})
}

// settle folds that something else lies on a definition now: what was proposed, or not.
func (o *Organisation) settle(on string, at time.Time, is func(Proposal) bool) {
	o.fold(at, func(p *Proposal) {
		if p.On != on {
			return
		}
		p.End = Ending{How: Overtaken, At: at}
		if is(*p) {
			p.End.How = Agreed
		}
	})
}

// Propose has something wait for the word of the grantors, who are told. One waits for each
// definition: another is a conflict.
func (d *Desk) Propose(ctx context.Context, a access.Actor, p Proposal) (fingerprint string, err error) {
	if !p.Off {
		if p.Text, err = compact(p.Text); err != nil {
			return "", err
		}
	}
	p.By = a.Person
	err = d.byOne(ctx, a, func(tx *store.Tx, o Organisation) ([]ledger.Event, error) {
		if err := o.mayPropose(p, tx.Now()); err != nil {
			return nil, err
		}
		p.At = tx.Now()
		fingerprint = p.Fingerprint()
		return []ledger.Event{{Kind: kindOverlayProposed, Data: p}}, d.tellGrantors(tx, o, a.Person)
	})
	return fingerprint, err
}

func (o Organisation) mayPropose(p Proposal, now time.Time) error {
	for _, was := range o.Proposed(now) {
		if was.On == p.On {
			return fail.New(fail.Conflict, "Something else waits for %s already. It has to be answered or taken back first",
				p.On)
		}
	}
	if !p.Off {
		if err := o.MayLay(Overlay{p.Name, p.Text}); err != nil {
			return err
		}
	}
	l, has := o.InForce(p.On)
	if is := has && l.Name == p.Name; is != p.Off {
		return fail.New(fail.Conflict, "Nothing would change: look at what is in force")
	}
	return nil
}

const ruleProposes = "who-proposes-what-is-done-differently"

func (d *Desk) tellGrantors(tx *store.Tx, o Organisation, but id.Person) error {
	for _, g := range o.Grantors {
		if g == but {
			continue
		}
		if err := d.tell(tx, o.ID, g); err != nil {
			return err
		}
	}
	return nil
}

// tell has somebody look at their work.
func (d *Desk) tell(tx *store.Tx, org id.Org, who id.Person) error {
	if d.Jobs == nil {
		return nil
	}
	return d.Jobs.Mail(tx, jobs.Mail{To: who, Org: org, Template: jobs.Waiting})
}

// Agree is a grantor's yes to what they saw. With the last of them it counts: done says so.
// Said again it is a conflict, and counts once.
func (d *Desk) Agree(ctx context.Context, a access.Actor, fingerprint string) (done bool, err error) {
	err = d.onProposal(ctx, a, fingerprint, func(tx *store.Tx, o Organisation, p Proposal) ([]ledger.Event, error) {
		if err := mayAgree(a, o); err != nil {
			return nil, err
		}
		if slices.Contains(p.Yes, a.Person) {
			return nil, fail.New(fail.Conflict, "You have agreed already. The other person is asked, too")
		}
		all := []ledger.Event{{Kind: kindOverlayAgreed, Data: overlayAgreed{fingerprint, a.Person}}}
		var words []Word
		for _, g := range o.Grantors {
			if g != a.Person && !slices.Contains(p.Yes, g) {
				return all, nil
			}
			words = append(words, Word{g})
		}
		if err := d.standing(tx, words); err != nil { // who agreed first may have left since
			return nil, err
		}
		done = true
		by := grantorsOf(o, words)
		if p.Off {
			return append(all, ledger.Event{Kind: kindOverlayOff, Data: overlayTakenOff{p.Name, by}}), nil
		}
		return append(all, ledger.Event{Kind: kindOverlayLaid, Data: overlayLaid{p.Name, p.Text, by}}), nil
	})
	return done && err == nil, err
}

// RefuseProposal ends it, with a grantor's reason. Whoever proposed it takes it back by this, too.
func (d *Desk) RefuseProposal(ctx context.Context, a access.Actor, fingerprint, why string) error {
	return d.onProposal(ctx, a, fingerprint, func(tx *store.Tx, o Organisation, p Proposal) ([]ledger.Event, error) {
		if err := mayAgree(a, o); err != nil && p.By != a.Person {
			return nil, err
		}
		all := []ledger.Event{{Kind: kindOverlayRefused, Data: overlayRefused{fingerprint, a.Person, why}}}
		if p.By == a.Person {
			return all, nil
		}
		return all, d.tell(tx, o.ID, p.By)
	})
}

func mayAgree(a access.Actor, o Organisation) error {
	if !a.MFA || !o.IsGrantor(a.Person) {
		return fail.New(fail.Refused, "Only the people who grant roles agree or refuse")
	}
	return ownFirst(a)
}

func (d *Desk) onProposal(ctx context.Context, a access.Actor, fingerprint string,
	events func(*store.Tx, Organisation, Proposal) ([]ledger.Event, error)) error {
	return d.byOne(ctx, a, func(tx *store.Tx, o Organisation) ([]ledger.Event, error) {
		p, err := o.Waiting(fingerprint, tx.Now())
		if err != nil {
			return nil, err
		}
		return events(tx, o, p)
	})
}

// byOne writes into the organisation's own record what one of its people says, who has not left since.
func (d *Desk) byOne(ctx context.Context, a access.Actor,
	events func(*store.Tx, Organisation) ([]ledger.Event, error)) error {
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		if err := d.Ledger.Hold(tx, a.Org.Record()); err != nil { // two who answer at once are both heard
			return err
		}
		o, err := d.organisation(tx, a.Org)
		if err != nil {
			return err
		}
		if err := d.standing(tx, []Word{{a.Person}}); err != nil {
			return err
		}
		all, err := events(tx, o)
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { _, _ = d.Organisation(ctx, a.Org) })
		key, err := d.Vault.Key(tx, a.Org, a.Org.Record())
		if err != nil {
			return err
		}
		_, err = d.Ledger.Append(tx, ledger.Organisation, key, o.Version,
			ledger.Author{Person: a.Person, Role: string(a.Role), Rule: ruleProposes}, all...)
		return err
	})
}

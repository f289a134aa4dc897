package directory

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/provider"
	"heed/internal/spent"
	"heed/internal/store"
)

// Link says that whoever is this subject at this issuer is the person. It stands in an entry of
// the person's own record, set by themself after a fresh log-in or by somebody at the machine:
// never because a name or an address is the same.
type Link struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`

	Added     time.Time `json:"-"`
	AtMachine bool      `json:"-"` // somebody else set it, there
}

type linkNamed struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
}

// Limits of what somebody at the machine types of a link, in characters.
const (
	maxIssuer  = 300
	maxSubject = 255
)

// Handle names a link in an address: it tells nothing of it.
func (l Link) Handle() string {
	sum := sha256.Sum256([]byte(l.name()))
	return hex.EncodeToString(sum[:8])
}

// name is issuer and subject as one, so that no two pairs have the same.
func (l Link) name() string { return strconv.Itoa(len(l.Issuer)) + ":" + l.Issuer + l.Subject }

// mark is what is spent when a link is taken away: with SQL the entry that says so can be taken back.
func (l Link) mark(p id.Person) spent.Mark {
	return spent.Of(forGood, "provider", p.Bytes(), []byte(l.name()), strconv.AppendInt(nil, l.Added.UnixMicro(), 10))
}

// Links are the person's, in the order in which they were added.
func (p Person) Links() []Link { return slices.Clone(p.links) }

func (p *Person) addLink(l Link, e ledger.Entry) {
	l.Added, l.AtMachine = e.At, e.Author.Person.IsZero()
	p.links = append(slices.Clip(p.links), l)
}

// risen ends what was given out at the machine by which somebody else may be the person, once
// they have a role that words gave: it was given on fewer.
func (p *Person) risen() {
	p.links = slices.DeleteFunc(slices.Clone(p.links), func(l Link) bool { return l.AtMachine })
	if p.Enrolled() {
		p.enrolment = nil
	}
}

func (p *Person) dropLink(gone linkNamed) {
	p.links = slices.DeleteFunc(slices.Clone(p.links), func(l Link) bool {
		return l.Issuer == gone.Issuer && l.Subject == gone.Subject
	})
}

// spendLinks ends those that the person had and has no more.
func (d *Desk) spendLinks(p Person) {
	for _, l := range p.links {
		d.Spent.Spend(l.mark(p.ID))
	}
}

// spendRisen ends outside the database what a further role ended; see risen.
func (d *Desk) spendRisen(was Person) {
	is := was
	is.risen()
	gone := was
	gone.links = slices.DeleteFunc(slices.Clone(was.links), func(l Link) bool { return !l.AtMachine })
	d.spendLinks(gone)
	if is.enrolment == nil {
		d.spendEnrolment(was)
	}
}

// liveLink is the one of this issuer and subject, if it may still be used.
func (d *Desk) liveLink(p Person, issuer, subject string) bool {
	return !p.Left && slices.ContainsFunc(p.links, func(l Link) bool {
		return l.Issuer == issuer && l.Subject == subject && !d.Spent.Spent(l.mark(p.ID))
	})
}

func (d *Desk) liveIssuer(p Person, issuer string) bool {
	return slices.ContainsFunc(p.links, func(l Link) bool {
		return l.Issuer == issuer && d.liveLink(p, issuer, l.Subject)
	})
}

// linkMAC hides issuer and subject in the look-up table, as login names are hidden.
func (d *Desk) linkMAC(tx *store.Tx, l Link) ([]byte, error) {
	key, err := d.lookupKey(tx)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, key)
	fmt.Fprintf(m, "heed/provider/1\n%s", l.name())
	return m.Sum(nil), nil
}

// linked is the person whom a link leads to, or fail.Missing. The row says only where to look.
func (d *Desk) linked(tx *store.Tx, l Link) (Person, error) {
	none := fail.New(fail.Missing, "Person not found")
	mac, err := d.linkMAC(tx, l)
	if err != nil {
		return Person{}, err
	}
	person, err := store.One(tx, func(p *id.Person) []any { return []any{p} },
		`select person from directory_provider where mac = $1`, mac)
	if fail.Is(err, fail.Missing) {
		return Person{}, none
	}
	if err != nil {
		return Person{}, err
	}
	p, err := d.personIn(tx, person)
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) {
		return Person{}, none
	}
	if err == nil && !d.liveLink(p, l.Issuer, l.Subject) {
		err = none
	}
	return p, err
}

// decideLink refuses one that is somebody else's, or a second with the same provider.
func (d *Desk) decideLink(tx *store.Tx, p Person, l Link) error {
	if p.Left {
		return fail.New(fail.Conflict, "This person has left")
	}
	for _, has := range p.links {
		if has.Issuer == l.Issuer {
			return fail.New(fail.Conflict, "This account is linked with one at that provider already. Take that away first")
		}
	}
	switch other, err := d.linked(tx, l); {
	case fail.Is(err, fail.Missing):
	case err != nil:
		return err
	case other.ID != p.ID:
		return fail.New(fail.Conflict, "That account at the provider belongs to somebody else here")
	}
	mac, err := d.linkMAC(tx, l)
	if err != nil {
		return err
	}
	return tx.ChangeOne(`insert into directory_provider (mac, person) values ($1, $2)
on conflict (mac) do update set person = excluded.person`, mac, p.ID)
}

// LinkAtMachine links somebody's account with one at a provider, by issuer and subject. Whoever
// is that subject becomes the person, so it takes the same words as a set-up code, and ends when
// the person is given a further role, which takes more.
func (d *Desk) LinkAtMachine(ctx context.Context, person id.Person, issuer, subject string, words ...Word) error {
	l := Link{Issuer: issuer, Subject: subject}
	if u, err := url.Parse(issuer); err != nil || u.Host == "" || len(issuer) > maxIssuer {
		return fail.New(fail.Bad, "The issuer must be a web address, as the provider's settings give it")
	}
	if subject == "" || len(subject) > maxSubject || strings.TrimSpace(subject) != subject {
		return fail.New(fail.Bad, "The subject must be 1 to %d characters, as the provider gives it", maxSubject)
	}
	return d.change(ctx, person, operator, func(tx *store.Tx, p Person, o Organisation) (ledger.Event, error) {
		if err := d.mayBecome(tx, o, p, words, "a link for them"); err != nil {
			return ledger.Event{}, err
		}
		if err := d.decideLink(tx, p, l); err != nil {
			return ledger.Event{}, err
		}
		return ledger.Event{Kind: kindLinked, Data: l}, d.tellOwner(tx, p)
	})
}

// otherLink says whether somebody has another link with which they can log in: at a provider that
// is in the settings, by which a log-in here can be whole.
func (d *Desk) otherLink(p Person, gone Link) bool {
	return slices.ContainsFunc(d.Providers.All(), func(at *provider.Provider) bool {
		return at.Issuer != gone.Issuer && d.liveIssuer(p, at.Issuer)
	})
}

// Unlink takes a link of somebody's own away, by its handle. The last way in stays.
func (d *Desk) Unlink(ctx context.Context, a access.Actor, handle string) error {
	var gone Link
	err := d.change(ctx, a.Person, ownCredentials(a), func(tx *store.Tx, p Person, _ Organisation) (ledger.Event, error) {
		i := slices.IndexFunc(p.links, func(l Link) bool { return l.Handle() == handle })
		if i < 0 {
			return ledger.Event{}, fail.New(fail.Missing, "Page not found")
		}
		if gone = p.links[i]; p.waysIn() == 0 && !d.otherLink(p, gone) {
			return ledger.Event{}, fail.New(fail.Conflict, "This is your only way to log in. Add another before you take it "+
				"away")
		}
		mac, err := d.linkMAC(tx, gone)
		if err != nil {
			return ledger.Event{}, err
		}
		if _, err := tx.Exec(`delete from directory_provider where mac = $1 and person = $2`, mac, p.ID); err != nil {
			return ledger.Event{}, fmt.Errorf("forget a link: %w", err)
		}
		return ledger.Event{Kind: kindUnlinked, Data: linkNamed{gone.Issuer, gone.Subject}}, d.tellOwner(tx, p)
	})
	if err == nil {
		d.Spent.Spend(gone.mark(a.Person))
	}
	return err
}

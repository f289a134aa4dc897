package directory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/plain"
	"heed/internal/spent"
	"heed/internal/store"
)

// Passkey is a key pair of which a person's authenticator holds the secret half. It stands
// in an entry of the person's own record, as password and second factor do.
type Passkey struct {
	ID     []byte `json:"id"`     // the credential's, as its authenticator gave it
	Key    []byte `json:"key"`    // the public half, as COSE writes it
	Name   string `json:"name"`   // what the person calls it
	Count  uint32 `json:"count"`  // signatures when it was added; 0 where the authenticator counts none
	Synced bool   `json:"synced"` // its maker may copy it to other devices of the person

	Added   time.Time `json:"-"`
	Stopped time.Time `json:"-"` // when its count went back; zero while it counts
}

type passkeyNamed struct {
	ID []byte `json:"id"`
}

// MaxPasskeys is how many one person may have: enough for each device, and few enough to look through.
const MaxPasskeys = 10

// MaxPasskeyName is in characters.
const MaxPasskeyName = 60

// Handle names a passkey in an address: it tells nothing of it.
func (k Passkey) Handle() string { return hex.EncodeToString(credentialHash(k.ID)[:8]) }

func credentialHash(credential []byte) []byte {
	sum := sha256.Sum256(credential)
	return sum[:]
}

// useOf names what is kept of a person's use of a passkey: an authenticator chooses its id, and
// somebody else's may choose the same.
func useOf(p id.Person, k Passkey) []byte { return credentialHash(slices.Concat(p.Bytes(), k.ID)) }

// mark is what is spent when a passkey is taken away or stopped: with SQL the entry that
// says so can be taken back.
func (k Passkey) mark() spent.Mark {
	return spent.Of(forGood, "passkey", k.ID, strconv.AppendInt(nil, k.Added.UnixMicro(), 10))
}

// Passkeys are the person's, in the order in which they were added.
func (p Person) Passkeys() []Passkey { return slices.Clone(p.passkeys) }

func (p Person) passkey(is func(Passkey) bool) (Passkey, bool) {
	i := slices.IndexFunc(p.passkeys, is)
	if i < 0 {
		return Passkey{}, false
	}
	return p.passkeys[i], true
}

// livePasskey is the one with this credential, if it may still be used.
func (d *Desk) livePasskey(p Person, credential []byte) (Passkey, bool) {
	k, ok := p.passkey(func(k Passkey) bool { return bytes.Equal(k.ID, credential) })
	return k, ok && !p.Left && k.Stopped.IsZero() && !d.Spent.Spent(k.mark())
}

// HasPassword says whether the person may log in, and give their word, with a password and a code.
func (p Person) HasPassword() bool { return p.password != "" && p.totp != "" }

func (p Person) waysIn() int {
	n := 0
	if p.HasPassword() {
		n++
	}
	for _, k := range p.passkeys {
		if k.Stopped.IsZero() {
			n++
		}
	}
	return n
}

// spendPasskeys ends those that the person had and has no more.
func (d *Desk) spendPasskeys(p Person) {
	for _, k := range p.passkeys {
		d.Spent.Spend(k.mark())
	}
}

func (p *Person) addPasskey(k Passkey, at time.Time) {
	k.Added = at
	p.passkeys = append(slices.Clip(p.passkeys), k)
}

func (p *Person) dropPasskey(credential []byte) {
	p.passkeys = slices.DeleteFunc(slices.Clone(p.passkeys), func(k Passkey) bool { return bytes.Equal(k.ID, credential) })
}

func (p *Person) stopPasskey(credential []byte, at time.Time) {
	p.passkeys = slices.Clone(p.passkeys)
	for i := range p.passkeys {
		if bytes.Equal(p.passkeys[i].ID, credential) {
			p.passkeys[i].Stopped = at
		}
	}
}

// decidePasskey says whether a person may have this one besides those they have.
func decidePasskey(p Person, k Passkey) error {
	if words := (plain.Field{Label: "the name of the passkey", Limit: MaxPasskeyName, Must: true,
		Line: true}).Fault(k.Name); words != "" {
		return fail.Fields{{Name: "name", Words: words}}.Err()
	}
	if len(p.passkeys) >= MaxPasskeys {
		return fail.New(fail.Conflict, "You have %d passkeys, which is the most. Take one away first", MaxPasskeys)
	}
	if _, has := p.passkey(func(x Passkey) bool { return bytes.Equal(x.ID, k.ID) }); has {
		return fail.New(fail.Conflict, "This passkey is one of yours already")
	}
	return nil
}

// AddPasskey gives somebody who is logged in a passkey: the answer of their browser to
// AskNewPasskey.
func (d *Desk) AddPasskey(ctx context.Context, a access.Actor, name string, answer []byte) error {
	k, challenge, err := d.made(ctx, a.Person, answer, registering(a.Person))
	if err != nil {
		return err
	}
	k.Name = name
	err = d.change(ctx, a.Person, ownCredentials(a), func(tx *store.Tx, p Person, o Organisation) (ledger.Event, error) {
		if p.Left {
			return ledger.Event{}, wrongLogin()
		}
		if err := mayAdd(a, o, p); err != nil {
			return ledger.Event{}, err
		}
		if err := decidePasskey(p, k); err != nil {
			return ledger.Event{}, err
		}
		if err := d.useChallenge(tx, challenge); err != nil {
			return ledger.Event{}, err
		}
		return ledger.Event{Kind: kindPasskeyAdded, Data: k}, d.tellOwner(tx, p)
	})
	return d.challengeUsed(challenge, err)
}

// RemovePasskey takes one away, by its handle. The last way in stays.
func (d *Desk) RemovePasskey(ctx context.Context, a access.Actor, handle string) error {
	var gone Passkey
	err := d.change(ctx, a.Person, ownCredentials(a), func(tx *store.Tx, p Person, _ Organisation) (ledger.Event, error) {
		k, ok := p.passkey(func(k Passkey) bool { return k.Handle() == handle })
		if !ok {
			return ledger.Event{}, fail.New(fail.Missing, "Page not found")
		}
		if gone = k; k.Stopped.IsZero() && p.waysIn() < 2 {
			return ledger.Event{}, fail.New(fail.Conflict, "This passkey is your only way to log in. Add another before you "+
				"take it away")
		}
		if _, err := tx.Exec(`delete from directory_passkey_use where credential = $1`, useOf(p.ID, k)); err != nil {
			return ledger.Event{}, fmt.Errorf("forget the use of a passkey: %w", err)
		}
		return ledger.Event{Kind: kindPasskeyRemoved, Data: passkeyNamed{k.ID}}, d.tellOwner(tx, p)
	})
	if err == nil {
		d.Spent.Spend(gone.mark())
	}
	return err
}

// tellOwner has the person hear that something about their account has changed.
func (d *Desk) tellOwner(tx *store.Tx, p Person) error {
	if d.Jobs == nil {
		return nil
	}
	return d.Jobs.Mail(tx, jobs.Mail{To: p.ID, Org: p.Org, Template: jobs.Account})
}

// passkeyUse is when a passkey was used last. It lies in a row and not in an entry, so that
// logging in does not make histories long. Whoever changes the database can put an older
// row back: then a copy of the authenticator is noticed later. They gain nothing else.
type passkeyUse struct {
	Count uint32 `json:"count"`
}

const passkeyField = "directory:passkey:"

type useRow struct {
	at     int64
	sealed []byte
}

func (r *useRow) fields() []any { return []any{&r.at, &r.sealed} }

// lastUse is what is known of the use of a passkey; the zero time when it was not used yet.
// A row that does not open is answered as one that is not there: verify names it.
func (d *Desk) lastUse(tx *store.Tx, p Person, k Passkey) (use passkeyUse, at time.Time, err error) {
	hash := useOf(p.ID, k)
	row, err := store.One(tx, (*useRow).fields, `select at, sealed from directory_passkey_use where credential = $1`, hash)
	if fail.Is(err, fail.Missing) {
		return passkeyUse{Count: k.Count}, time.Time{}, nil
	}
	if err != nil {
		return use, at, err
	}
	key, err := d.Vault.Key(tx, p.Org, p.ID.Record())
	if err != nil {
		return use, at, err
	}
	text, err := key.Open(passkeyField+string(hash), row.at, row.sealed)
	if err != nil || json.Unmarshal(text, &use) != nil {
		return passkeyUse{Count: k.Count}, time.Time{}, nil //nolint:nilerr // see above
	}
	use.Count = max(use.Count, k.Count)
	return use, clock.FromMicros(row.at), nil
}

func (d *Desk) noteUse(tx *store.Tx, p Person, k Passkey, use passkeyUse) error {
	key, err := d.Vault.Key(tx, p.Org, p.ID.Record())
	if err != nil {
		return err
	}
	text, err := json.Marshal(use)
	if err != nil {
		return fmt.Errorf("write the use of a passkey: %w", err)
	}
	hash, at := useOf(p.ID, k), clock.Micros(tx.Now())
	return tx.ChangeOne(`insert into directory_passkey_use (credential, person, at, sealed) values ($1, $2, $3, $4)
on conflict (credential) do update set person = excluded.person, at = excluded.at, sealed = excluded.sealed`,
		hash, p.ID, at, key.Seal(passkeyField+string(hash), at, text))
}

// UsedPasskey is a passkey and when it was used last; the zero time when it was not yet.
type UsedPasskey struct {
	Passkey
	Last time.Time
}

// PasskeysOf are somebody's passkeys with their last use.
func (d *Desk) PasskeysOf(ctx context.Context, person id.Person) (all []UsedPasskey, p Person, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		if p, err = d.personIn(tx, person); err != nil {
			return err
		}
		all = nil
		for _, k := range p.passkeys {
			_, last, err := d.lastUse(tx, p, k)
			if err != nil {
				return err
			}
			all = append(all, UsedPasskey{k, last})
		}
		return nil
	})
	return all, p, err
}

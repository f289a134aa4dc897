// Package id holds the identifier types of Heed, one for each thing, so that a
// person cannot be passed where a record is meant, and the public references.
//
// Internal ids are 16 bytes that begin with the time (milliseconds) and end with
// 74 random bits: rows land near each other on disk. They are never shown to
// anyone and are not secrets. Public references are random and say nothing
// about time, order or number; see Reference.
package id

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"time"
)

type raw [16]byte

var errNotHex = errors.New("id: not 32 hexadecimal digits")

// The identifier types. The zero value means "none".
type (
	// Org is an organisation.
	Org struct{ raw }
	// Person is somebody with an account.
	Person struct{ raw }
	// Team is a team within an organisation.
	Team struct{ raw }
	// Record is anything with a history and a key of its own.
	Record struct{ raw }
	// Entry is one ledger entry.
	Entry struct{ raw }
)

// fresh makes bytes that begin with now.
func fresh(now time.Time) (r raw) {
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		r[i] = byte(ms >> (40 - 8*i))
	}
	rand.Read(r[6:]) // never fails: crypto/rand ends the program instead
	r[6] = 0x70 | r[6]&0x0f
	r[8] = 0x80 | r[8]&0x3f
	return r
}

// NewOrg makes an organisation id.
func NewOrg(now time.Time) Org { return Org{fresh(now)} }

// NewPerson makes a person id.
func NewPerson(now time.Time) Person { return Person{fresh(now)} }

// NewTeam makes a team id.
func NewTeam(now time.Time) Team { return Team{fresh(now)} }

// NewRecord makes a record id.
func NewRecord(now time.Time) Record { return Record{fresh(now)} }

// NewEntry makes an entry id.
func NewEntry(now time.Time) Entry { return Entry{fresh(now)} }

// Record is the person's own record, which holds their name, credentials and grants.
func (p Person) Record() Record { return Record(p) }

// Record is the organisation's own record, which holds its settings.
func (o Org) Record() Record { return Record(o) }

// Record is the team's own record.
func (t Team) Record() Record { return Record(t) }

// Person is the person whose own record this is.
func (r Record) Person() Person { return Person(r) }

// IsZero says that there is no id.
func (r raw) IsZero() bool { return r == raw{} }

// Bytes are the 16 bytes.
func (r raw) Bytes() []byte { return r[:] }

// String is 32 hexadecimal digits.
func (r raw) String() string { return hex.EncodeToString(r[:]) }

// Value stores the id as a blob; a zero id as SQL null.
func (r raw) Value() (driver.Value, error) {
	if r.IsZero() {
		return nil, nil
	}
	return r[:], nil
}

// Scan reads a blob of 16 bytes or null.
func (r *raw) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*r = raw{}
		return nil
	case []byte:
		if len(v) == len(r) {
			copy(r[:], v)
			return nil
		}
	case string:
		if len(v) == len(r) {
			copy(r[:], v)
			return nil
		}
	}
	return errors.New("id: not 16 bytes")
}

// MarshalText is the hexadecimal form; empty for a zero id.
func (r raw) MarshalText() ([]byte, error) {
	if r.IsZero() {
		return nil, nil
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads the hexadecimal form; empty is the zero id.
func (r *raw) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*r = raw{}
		return nil
	}
	var out raw
	if len(b) != 2*len(out) {
		return errNotHex
	}
	if _, err := hex.Decode(out[:], b); err != nil {
		return errNotHex
	}
	*r = out
	return nil
}

// parse reads the hexadecimal form and refuses the zero id.
func parse(s string) (raw, error) {
	var r raw
	if err := r.UnmarshalText([]byte(s)); err != nil {
		return r, err
	}
	if r.IsZero() {
		return r, errors.New("id: empty")
	}
	return r, nil
}

// ParseOrg reads 32 hexadecimal digits.
func ParseOrg(s string) (Org, error) { r, err := parse(s); return Org{r}, err }

// ParsePerson reads 32 hexadecimal digits.
func ParsePerson(s string) (Person, error) { r, err := parse(s); return Person{r}, err }

// ParseTeam reads 32 hexadecimal digits.
func ParseTeam(s string) (Team, error) { r, err := parse(s); return Team{r}, err }

// ParseRecord reads 32 hexadecimal digits.
func ParseRecord(s string) (Record, error) { r, err := parse(s); return Record{r}, err }

// ParseEntry reads an entry id.
func ParseEntry(s string) (Entry, error) { r, err := parse(s); return Entry{r}, err }

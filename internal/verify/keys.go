package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// keyring opens record keys. Safe for concurrent use. Beside a working installation
// generations come and go: one that is not known makes it read the key store once
// more, and what was read stays known to the end of the check, because a view may
// be older than the key store.
type keyring struct {
	path  string
	orgs  []record.OrgKey
	first record.KeyStore // as it was when the check began
	torn  bool            // one of its two copies was not whole then

	mu     sync.RWMutex
	stored map[genID]record.GenerationKey
	gens   map[genID]*record.Branches // nil: cannot be opened
	days   map[genID]record.DayKey
	read   int   // how often the key store was read
	failed int   // how often that failed
	last   error // why, the last time
}

// How often a check reads the key store, and how often in vain: each of those waits for writtenWithin.
const (
	maxReads  = 1000
	maxFailed = 5
)

type genID struct {
	org    [16]byte
	number int64
}

// openKeys reads key file and key store; nil, without error, when neither is named.
func openKeys(keyFile, keyStore string) (*keyring, error) {
	if keyFile == "" && keyStore == "" {
		return (*keyring)(nil), nil
	}
	if keyFile == "" || keyStore == "" {
		return nil, fail.New(fail.Bad, "Give the key file and the key store, or neither")
	}
	text, err := readFile(keyFile, record.MaxKeyFile)
	if err != nil {
		return nil, err
	}
	k := &keyring{path: keyStore, gens: map[genID]*record.Branches{}, stored: map[genID]record.GenerationKey{},
		days: map[genID]record.DayKey{}}
	if k.orgs, err = record.ParseKeyFile(text); err != nil {
		return nil, fail.Wrap(fail.Tampered, err, "The key file %s is damaged (%v)", keyFile, err)
	}
	k.first, k.torn, err = k.load()
	return k, err
}

// load reads the key store and adds what it holds; it gives what is in it now.
func (k *keyring) load() (ks record.KeyStore, torn bool, err error) {
	ks, torn, err = k.parse()
	for range writtenTries { // it is written in place, one copy after the other, and may be just now
		if err == nil && (!torn || k.torn) {
			break
		}
		time.Sleep(writtenWithin / writtenTries)
		ks, torn, err = k.parse()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.read++; err != nil {
		k.failed++
		k.last = fmt.Errorf("%w: %w", errUnreadStore, err)
		return ks, false, err
	}
	for _, g := range ks.Generations {
		k.stored[genID{g.Org, g.Generation}] = g
	}
	for _, d := range ks.Days {
		k.days[genID{d.Org, d.Day}] = d
	}
	return ks, torn, nil
}

// A key store that is not whole for so long was not caught while it was written.
const (
	writtenWithin = 200 * time.Millisecond
	writtenTries  = 10
)

func (k *keyring) parse() (ks record.KeyStore, torn bool, err error) {
	image, err := readFile(k.path, record.MaxKeyStore)
	if err != nil {
		return ks, false, err
	}
	ks, whole, err := record.ParseKeyStore(image)
	if err != nil {
		return ks, false, fail.Wrap(fail.Tampered, err, "The key store %s is damaged", k.path)
	}
	return ks, whole != [2]bool{true, true}, nil
}

// find gives a generation as the key store holds or held it: errNoGeneration when it was read and has none.
func (k *keyring) find(id genID) (g record.GenerationKey, err error) {
	k.mu.RLock()
	g, ok := k.stored[id]
	again, err := k.read < maxReads, k.last
	if k.failed < maxFailed {
		err = nil
	}
	k.mu.RUnlock()
	if ok || err != nil {
		return g, err
	}
	if again {
		if _, _, err := k.load(); err != nil {
			return g, fmt.Errorf("%w: %w", errUnreadStore, err)
		}
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	if g, ok = k.stored[id]; !ok {
		return g, errNoGeneration
	}
	return g, nil
}

func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fail.Wrap(fail.Missing, err, "%s is not there", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return b, nil
}

var (
	errNoGeneration  = errors.New("the key store does not hold the generation that its key is wrapped by")
	errBadGeneration = errors.New("the generation that its key is wrapped by does not open with the key file")
	errBadKey        = errors.New("its key does not open")
	// errUnreadStore says nothing of the generation.
	errUnreadStore = errors.New("the key store could not be read while it was needed")
)

// generation gives the key that wraps record keys of a generation.
func (k *keyring) generation(id genID) (*record.Branches, error) {
	k.mu.RLock()
	w, ok := k.gens[id]
	k.mu.RUnlock()
	if ok && w != nil {
		return w, nil
	}
	if ok {
		return nil, errBadGeneration
	}
	g, err := k.find(id)
	if err != nil {
		return nil, err
	}
	raw, err := record.OpenGeneration(k.orgs, g)
	if err == nil {
		w, err = record.OpenBranches(raw, id.org, id.number)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.gens[id] = w
	if err != nil {
		return nil, errBadGeneration
	}
	return w, nil
}

var (
	errDayOver = errors.New("the key of its day is destroyed")
	errBadDay  = errors.New("the key of its day does not open with the key file")
)

// day opens the key of the day in which an instant (µs) lies.
func (k *keyring) day(org [16]byte, at int64) (*record.RecordKey, error) {
	id := genID{org, at / (24 * time.Hour).Microseconds()}
	k.mu.RLock()
	d, ok := k.days[id]
	k.mu.RUnlock()
	if !ok {
		return nil, errDayOver
	}
	raw, err := record.OpenDay(k.orgs, d)
	if err != nil {
		return nil, errBadDay
	}
	return record.OpenKey(raw)
}

// record opens a record's wrapped key.
func (k *keyring) record(org, rec [16]byte, generation int64, wrapped []byte) (*record.RecordKey, error) {
	w, err := k.generation(genID{org, generation})
	if err != nil {
		return nil, err
	}
	raw, _, err := w.Unwrap(rec, wrapped)
	if err != nil {
		return nil, errBadKey
	}
	return record.OpenKey(raw)
}

// keyTables checks what the database itself says of keys: that each organisation's
// canary (a value that anybody can compute, wrapped by the organisation's key)
// opens, and that each generation that is remembered is the one in the key store.
func (v *check) keyTables(ctx context.Context) error {
	if v.keys == nil {
		return nil
	}
	type canary struct{ org, sealed []byte }
	type generation struct {
		org, fingerprint []byte
		number, madeAt   int64
	}
	var canaries []canary
	var generations []generation
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		if canaries, err = store.All(tx, func(c *canary) []any { return []any{&c.org, &c.sealed} },
			`select org, canary from key_org order by org`); err != nil {
			return err
		}
		for _, c := range canaries {
			if !v.keys.canary(c.org, c.sealed) {
				v.foundf(Key, "key_org "+hexOf(c.org), "the value locked with the organisation's key does not open")
			}
		}
		generations, err = store.All(tx,
			func(g *generation) []any { return []any{&g.org, &g.number, &g.fingerprint, &g.madeAt} },
			`select org, generation, fingerprint, made_at from key_generation order by org, generation`)
		return err
	})
	if err != nil {
		return fmt.Errorf("read keys: %w", err)
	}
	if _, _, err := v.keys.load(); err != nil { // after the database: what is destroyed there is destroyed here
		v.unreadStore(err)
		return nil
	}
	for _, g := range generations {
		where := fmt.Sprintf("key_generation %s %d", hexOf(g.org), g.number)
		if len(g.org) != 16 {
			v.foundf(Key, where, "names no organisation")
			continue
		}
		id := genID{[16]byte(g.org), g.number}
		known, err := v.keys.find(id)
		switch {
		case errors.Is(err, errNoGeneration):
			// Made and destroyed while the check ran? Then no key is wrapped by it any more.
			if n, err := v.wrappedBy(ctx, g.org, g.number); err != nil {
				return fmt.Errorf("read record keys: %w", err)
			} else if n > 0 {
				v.foundf(Key, where, "is not in the key store, and %d record keys need it", n)
			}
		case err != nil:
			v.unreadStore(err)
		case string(known.Fingerprint[:]) != string(g.fingerprint):
			v.foundf(Key, where, "is another key than the one in the key store")
		case known.MadeAt != g.madeAt:
			v.foundf(Key, where, "was made at another time than the one in the key store")
		}
	}
	return nil
}

func (v *check) wrappedBy(ctx context.Context, org []byte, generation int64) (n int64, err error) {
	err = v.store.View(ctx, func(tx *store.Tx) (err error) {
		n, err = store.One(tx, func(n *int64) []any { return []any{n} },
			`select count(*) from record_key where org = $1 and generation = $2`, org, generation)
		return err
	})
	return n, err
}

func (k *keyring) canary(org, sealed []byte) bool {
	place := append([]byte("heed/canary/1\n"), org...)
	for _, key := range k.orgs {
		if got, err := record.Unwrap(key.Key, place, sealed); err == nil && string(key.Org[:]) == string(org) &&
			got == sha256.Sum256(place) {
			return true
		}
	}
	return false
}

// opened keeps the keys that one goroutine used last, so that a record's entries
// unwrap its key once.
type opened struct {
	ring *keyring
	keys map[[16]byte]*openedKey
}

type openedKey struct {
	key  *record.RecordKey
	org  [16]byte
	err  error // why it does not open
	told bool  // and that has been reported

	room     *int64 // what the record's head says; nil when it has none
	roomTold bool   // that it differs from its entries' has been reported
}

const keepKeys = 8192

func newOpened(ring *keyring) *opened {
	return &opened{ring, make(map[[16]byte]*openedKey, keepKeys)}
}

// forget keeps memory bounded.
func (o *opened) forget() {
	if len(o.keys) >= keepKeys {
		clear(o.keys)
	}
}

// storedKey is a row of record_key, with the room that the record's head names.
type storedKey struct {
	rec, org   []byte
	generation int64
	wrapped    []byte
	room       *int64
}

func scanStoredKey(k *storedKey) []any {
	return []any{&k.rec, &k.org, &k.generation, &k.wrapped, &k.room}
}

var errNoOrg = errors.New("its key names no organisation")

// add opens a stored key and keeps it.
func (o *opened) add(k storedKey) {
	if len(k.rec) != 16 {
		return // no row of another table can name it
	}
	rec, out := [16]byte(k.rec), &openedKey{room: k.room}
	if len(k.org) == 16 {
		out.org = [16]byte(k.org)
		out.key, out.err = o.ring.record(out.org, rec, k.generation, k.wrapped)
	} else {
		out.err = errNoOrg
	}
	o.keys[rec] = out
}

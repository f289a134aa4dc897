package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"slices"
	"sync"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/record"
)

// OrgKeys is where organisation keys live: the key file, or a key management
// service. Both methods bind what is wrapped to the organisation and to the
// context; Unwrap of anything that was not wrapped so fails with fail.Tampered.
// An organisation without a key is fail.Missing.
type OrgKeys interface {
	Wrap(ctx context.Context, org id.Org, context []byte, key [32]byte) ([]byte, error)
	Unwrap(ctx context.Context, org id.Org, context, wrapped []byte) ([32]byte, error)
}

// changeable is what the key file offers beyond a service, which makes and
// changes keys by its own means. Called only while the key store is locked.
type changeable interface {
	add(org id.Org) error               // makes a key unless there is one
	beginChange(org id.Org) error       // makes a second key, which Wrap uses from now on; nothing when one was begun
	newest(org id.Org) (int, error)     // the number of the key that Wrap uses
	endChange(org id.Org, to int) error // forgets the keys before that number
	changing() ([]id.Org, error)
}

// KeyFile is the organisations' keys in a file of mode 0600.
type KeyFile struct {
	path string
	mu   sync.Mutex
	keys []record.OrgKey // as last read
}

var (
	_ OrgKeys    = (*KeyFile)(nil)
	_ changeable = (*KeyFile)(nil)
)

const theKeyFile = "key file"

// CreateKeyFile makes a key file with a random key for each organisation. It never overwrites one.
func CreateKeyFile(path string, orgs ...id.Org) error {
	if len(orgs) == 0 {
		return fail.New(fail.Bad, "Name the organisation that the key file is for")
	}
	keys := make([]record.OrgKey, 0, len(orgs))
	for _, org := range orgs {
		keys = append(keys, newOrgKey(org, 1))
	}
	return createPrivate(path, theKeyFile, record.FormatKeyFile(keys))
}

func newOrgKey(org id.Org, number int) record.OrgKey {
	return record.OrgKey{Org: [16]byte(org.Bytes()), Number: number, Key: newKey()}
}

// newKey draws 256 bits; crypto/rand ends the program rather than give fewer.
func newKey() (key [32]byte) {
	rand.Read(key[:])
	return key
}

// OpenKeyFile reads a key file and refuses one that others may read, that is a link, or that is damaged.
func OpenKeyFile(path string) (*KeyFile, error) {
	k := &KeyFile{path: path}
	if err := k.reload(); err != nil {
		return nil, err
	}
	return k, nil
}

func (k *KeyFile) reload() error {
	f, err := openPrivate(k.path, theKeyFile, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, record.MaxKeyFile+1))
	if err != nil {
		return fileFault(err, theKeyFile, k.path)
	}
	keys, err := record.ParseKeyFile(text)
	clear(text)
	if err != nil {
		return fail.Wrap(fail.Tampered, err, "The key file %s is damaged (%v). Put it back from its copy in the safe",
			k.path, err)
	}
	k.keys = keys
	return nil
}

// check reads the file anew.
func (k *KeyFile) check() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.reload()
}

// of gives an organisation's keys, newest first.
func (k *KeyFile) of(org id.Org) []record.OrgKey {
	var out []record.OrgKey
	for _, key := range k.keys {
		if key.Org == [16]byte(org.Bytes()) {
			out = append(out, key)
		}
	}
	slices.SortFunc(out, func(a, b record.OrgKey) int { return b.Number - a.Number })
	return out
}

func (k *KeyFile) absent() error {
	return fail.New(fail.Missing, "The key file %s has no key for this organisation. Put back the key file that holds it",
		k.path)
}

// Wrap reads the file first: another process may have begun a change of key.
func (k *KeyFile) Wrap(_ context.Context, org id.Org, context []byte, key [32]byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.reload(); err != nil {
		return nil, err
	}
	keys := k.of(org)
	if len(keys) == 0 {
		return nil, k.absent()
	}
	return record.Wrap(keys[0].Key, context, key), nil
}

// Unwrap tries the organisation's keys, and once more after reading the file anew.
func (k *KeyFile) Unwrap(_ context.Context, org id.Org, context, wrapped []byte) ([32]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, err := k.unwrap(org, context, wrapped)
	if err == nil {
		return key, nil
	}
	if err := k.reload(); err != nil {
		return [32]byte{}, err
	}
	return k.unwrap(org, context, wrapped)
}

func (k *KeyFile) unwrap(org id.Org, context, wrapped []byte) ([32]byte, error) {
	keys := k.of(org)
	if len(keys) == 0 {
		return [32]byte{}, k.absent()
	}
	var errs []error
	for _, key := range keys {
		out, err := record.Unwrap(key.Key, context, wrapped)
		if err == nil {
			return out, nil
		}
		errs = append(errs, err)
	}
	return [32]byte{}, fail.Wrap(fail.Tampered, errors.Join(errs...),
		"The organisation's key in %s does not open what was locked with it", k.path)
}

func (k *KeyFile) add(org id.Org) error {
	return k.edit(func(keys []record.OrgKey) []record.OrgKey {
		if len(k.of(org)) > 0 {
			return keys
		}
		return append(keys, newOrgKey(org, 1))
	})
}

func (k *KeyFile) beginChange(org id.Org) error {
	return k.edit(func(keys []record.OrgKey) []record.OrgKey {
		old := k.of(org)
		if len(old) != 1 {
			return keys
		}
		return append(keys, newOrgKey(org, old[0].Number+1))
	})
}

func (k *KeyFile) newest(org id.Org) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.reload(); err != nil {
		return 0, err
	}
	if keys := k.of(org); len(keys) > 0 {
		return keys[0].Number, nil
	}
	return 0, k.absent()
}

// endChange leaves alone the keys that another process has begun meanwhile, and the
// one that everything is still wrapped by then.
func (k *KeyFile) endChange(org id.Org, to int) error {
	return k.edit(func(keys []record.OrgKey) []record.OrgKey {
		return slices.DeleteFunc(keys, func(key record.OrgKey) bool {
			return key.Org == [16]byte(org.Bytes()) && key.Number < to
		})
	})
}

// changing lists the organisations that have more than one key.
func (k *KeyFile) changing() ([]id.Org, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.reload(); err != nil {
		return nil, err
	}
	count := map[[16]byte]int{}
	var out []id.Org
	for _, key := range k.keys {
		if count[key.Org]++; count[key.Org] == 2 {
			out = append(out, orgOf(key.Org))
		}
	}
	return out, nil
}

func (k *KeyFile) edit(fn func([]record.OrgKey) []record.OrgKey) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.reload(); err != nil {
		return err
	}
	before := len(k.keys)
	keys := fn(slices.Clone(k.keys))
	if len(keys) == before {
		return nil
	}
	if err := replacePrivate(k.path, theKeyFile, record.FormatKeyFile(keys)); err != nil {
		return err
	}
	k.keys = keys
	return nil
}

// orgOf is the identifier type of a format's plain bytes.
func orgOf(b [16]byte) (org id.Org) {
	_ = org.Scan(b[:]) // 16 bytes always scan
	return org
}

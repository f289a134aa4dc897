package vault

import (
	"context"
	"errors"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/record"
)

// resumeKeyChanges finishes changes of key, and renews the canary of a database
// from before one.
func (v *Vault) resumeKeyChanges(ctx context.Context) error {
	if file, ok := v.keys.(changeable); ok {
		orgs, err := file.changing()
		if err != nil {
			return err
		}
		for _, org := range orgs {
			if err := v.Rekey(ctx, org); err != nil {
				return err
			}
		}
	}
	_, canaries, err := v.remembered(ctx)
	for _, c := range canaries { // Open has proved the key, if need be in another way
		err = errors.Join(err, v.mendCanary(ctx, c))
	}
	return err
}

// mendCanary renews a canary that is wrapped by a key of before.
func (v *Vault) mendCanary(ctx context.Context, c canary) error {
	err := v.openCanary(ctx, c)
	if fail.Is(err, fail.Tampered) {
		return v.renewCanary(ctx, c.org)
	}
	return err
}

func (v *Vault) renewCanary(ctx context.Context, org id.Org) error {
	sealed, err := v.keys.Wrap(ctx, org, canaryContext(org), canaryValue(org))
	if err != nil {
		return err
	}
	return v.store.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`update key_org set canary = $1 where org = $2`, sealed, org)
		return err
	})
}

// Rekey changes an organisation's key: a new one is added to the key file,
// everything in the key store and the canary is wrapped by it, and the old one is
// removed and its bytes overwritten. Record keys and sealed text stay as they are.
// Both keys are in the file until everything is wrapped by the new one, so that it
// may be cut short anywhere; Settle finishes it, also in another process while this one
// goes on: each ends only the keys before the one that it has wrapped everything by. With a key management service
// only the wrapping is done, by whatever key it then uses.
func (v *Vault) Rekey(ctx context.Context, org id.Org) error {
	file, isFile := v.keys.(changeable)
	if isFile {
		if err := v.locked(func() error { return file.beginChange(org) }); err != nil {
			return err
		}
	}
	v.at("rekey begun")
	var to int
	if err := v.file.change(func(ks *record.KeyStore) (changed bool, err error) {
		if isFile {
			if to, err = file.newest(org); err != nil {
				return false, err
			}
		}
		return v.wrapAgain(ctx, ks, org)
	}); err != nil {
		return err
	}
	v.at("rekey wrapped")
	if err := v.renewCanary(ctx, org); err != nil {
		return err
	}
	v.at("rekey canary")
	if !isFile {
		return nil
	}
	if err := v.locked(func() error { return file.endChange(org, to) }); err != nil {
		return err
	}
	return v.canaryOpens(ctx, org)
}

// canaryOpens mends what two processes that change the same key may leave: the canary
// of the one, written last, wrapped by a key that the other has ended. Whoever ends a
// key looks afterwards.
func (v *Vault) canaryOpens(ctx context.Context, org id.Org) error {
	var c canary
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		c, err = store.One(tx, (*canary).scan, `select org, canary from key_org where org = $1`, org)
		return err
	})
	if err != nil {
		return err
	}
	return v.mendCanary(ctx, c)
}

// locked runs fn under the key store's lock, which also guards the key file.
func (v *Vault) locked(fn func() error) error {
	return v.file.change(func(*record.KeyStore) (bool, error) { return false, fn() })
}

func (v *Vault) wrapAgain(ctx context.Context, ks *record.KeyStore, org id.Org) (changed bool, err error) {
	raw := [16]byte(org.Bytes())
	again := func(context []byte, wrapped *[]byte) {
		if err != nil || len(*wrapped) == 0 {
			return
		}
		var key [32]byte
		if key, err = v.keys.Unwrap(ctx, org, context, *wrapped); err == nil {
			*wrapped, err = v.keys.Wrap(ctx, org, context, key)
		}
		changed = true
	}
	for i, o := range ks.Orgs {
		if o.Org == raw {
			again(record.TombstonesContext(raw), &ks.Orgs[i].Seal)
		}
	}
	for i, g := range ks.Generations {
		if g.Org == raw {
			again(record.GenerationContext(raw, g.Generation), &ks.Generations[i].Wrapped)
		}
	}
	for i, d := range ks.Days {
		if d.Org == raw {
			again(record.DayContext(raw, d.Day), &ks.Days[i].Wrapped)
		}
	}
	return changed, err
}

package vault

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/record"
)

// What was typed and not sent is sealed by a key of its day. A person's own key
// would open it for as long as the person is there, so that words of an erased
// record could be read in an old backup's drafts; to delete a wrapped key from a
// database proves nothing. So the day's key lies in the key store alone, and is
// overwritten there when the longest life of a draft is over.

// DraftLife is the longest that what was typed and not sent is kept.
const DraftLife = 7 * 24 * time.Hour

const aDay = 24 * time.Hour

func dayOf(t time.Time) int64 { return t.UnixMicro() / aDay.Microseconds() }

// DraftsUntil is when the last draft that was typed by then can no longer be opened.
func DraftsUntil(t time.Time) time.Time {
	return time.UnixMicro((dayOf(t) + 1) * aDay.Microseconds()).UTC().Add(DraftLife)
}

// Day gives the key for what this record's owner typed at an instant. It makes the
// day's key when there is none yet; fail.Gone when the day is over its life.
func (v *Vault) Day(org id.Org, rec id.Record, at time.Time) (*Key, error) {
	p := place{org, dayOf(at)}
	v.mu.RLock()
	key, ok := v.days[p]
	v.mu.RUnlock()
	if !ok {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second) // a key service may hang
		defer cancel()
		raw, err := v.dayKey(ctx, org, p.generation)
		if err != nil {
			return nil, atWork(err)
		}
		if key, err = record.OpenKey(raw); err != nil {
			return nil, err
		}
		v.mu.Lock()
		v.days[p] = key
		v.mu.Unlock()
	}
	return &Key{org: org, rec: rec, key: key}, nil
}

func (v *Vault) dayKey(ctx context.Context, org id.Org, day int64) (raw [32]byte, err error) {
	err = v.file.change(func(ks *record.KeyStore) (bool, error) {
		o := [16]byte(org.Bytes())
		i, held := slices.BinarySearchFunc(ks.Days, record.DayKey{Org: o, Day: day}, compareDays)
		if held {
			raw, err = v.keys.Unwrap(ctx, org, record.DayContext(o, day), ks.Days[i].Wrapped)
			return false, err
		}
		if now := v.clock.Now(); day > dayOf(now)+1 || !now.Before(DraftsUntil(time.UnixMicro(day*aDay.Microseconds()))) {
			return false, fail.New(fail.Gone, "What was typed on that day is no longer kept")
		}
		raw = newKey()
		wrapped, err := v.keys.Wrap(ctx, org, record.DayContext(o, day), raw)
		ks.Days = slices.Insert(ks.Days, i, record.DayKey{Org: o, Day: day, Wrapped: wrapped})
		return err == nil, err
	})
	return raw, err
}

func compareDays(a, b record.DayKey) int {
	return cmp.Or(bytes.Compare(a.Org[:], b.Org[:]), cmp.Compare(a.Day, b.Day))
}

// endDays overwrites the keys of days that are over their life.
func (v *Vault) endDays() error {
	now := v.clock.Now()
	over := func(d record.DayKey) bool {
		return !now.Before(DraftsUntil(time.UnixMicro(d.Day * aDay.Microseconds())))
	}
	if !slices.ContainsFunc(v.file.snapshot().Days, over) {
		return nil
	}
	return v.file.change(func(ks *record.KeyStore) (bool, error) {
		before := len(ks.Days)
		ks.Days = slices.DeleteFunc(ks.Days, over)
		return len(ks.Days) != before, nil
	})
}

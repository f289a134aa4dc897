package verify

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"heed/internal/clock"
	"heed/internal/store"
	"heed/record"
)

// publicWithin is how long an entry may wait for a public checkpoint.
const publicWithin = 90 * time.Minute

// receipt looks for the entry that somebody holds a receipt of. A proof names its
// place under a checkpoint that was signed: the tree must begin with that one. A
// promise names its leaf, which must be in the tree, or wait for its place.
func (v *check) receipt(ctx context.Context, read record.TileReader) {
	if len(v.o.Receipt) == 0 {
		return
	}
	if v.o.Log.IsZero() {
		v.foundf(Receipt, "receipt", "cannot be checked without the log's public key")
		return
	}
	r, err := record.OpenReceipt(v.o.Receipt, v.o.signers()...)
	switch {
	case err != nil:
		v.foundf(Receipt, "receipt", "was not given by this log, or was changed: %v", err)
	case r.Checkpoint != nil:
		v.proven(r, read)
	default:
		v.promised(ctx, r, read)
	}
}

func (v *check) proven(r record.Receipt, read record.TileReader) {
	c, _, err := v.o.open(r.Checkpoint)
	if err != nil {
		v.foundf(Receipt, "receipt", "its checkpoint does not verify: %v", err)
		return
	}
	if v.compare(fmt.Sprintf("receipt under a checkpoint of %d leaves", c.Size), c, read) {
		v.told = fmt.Sprintf("The entry of the receipt is there: it is leaf %d.", r.Index)
	}
}

func (v *check) promised(ctx context.Context, r record.Receipt, read record.TileReader) {
	written := clock.FromMicros(r.At)
	leaf, err := v.find(ctx, record.LeafHash(r.Leaf), read)
	waits := false
	if err == nil && leaf < 0 && v.store != nil {
		waits, err = v.waits(ctx, r.Leaf)
	}
	switch {
	case err != nil && v.lost(err):
	case err != nil:
		v.foundf(Receipt, "receipt", "cannot be looked for: %v", err)
	case leaf >= 0:
		v.told = fmt.Sprintf("The entry of the receipt is there: it is leaf %d.", leaf)
	case waits:
		v.told = "The entry of the receipt is there, and waits for its place."
	case v.store == nil && clock.System{}.Now().Sub(written) < publicWithin:
		v.told = "The entry of the receipt is not public yet. Ask again in an hour and a half."
	case v.unsure: // how large the tree is could not be read
	default:
		v.foundf(Receipt, "receipt", "the log promised this entry on %s, and it is gone", at(written))
	}
}

// find is the number of a leaf in the tree; -1 when it is not there.
func (v *check) find(ctx context.Context, h record.Hash, read record.TileReader) (int64, error) {
	for from := int64(0); from < v.head.Size && ctx.Err() == nil; from += record.TileWidth {
		b, err := read(record.TilePath(0, from/record.TileWidth, int(min(record.TileWidth, v.head.Size-from))))
		if err != nil {
			return -1, err
		}
		for i := 0; i+len(h) <= len(b); i += len(h) {
			if bytes.Equal(b[i:i+len(h)], h[:]) {
				return from + int64(i/len(h)), nil
			}
		}
	}
	return -1, ctx.Err()
}

// waits says whether a leaf is that of an entry without a number, or of one that was
// numbered since this check began.
func (v *check) waits(ctx context.Context, leaf [32]byte) (there bool, err error) {
	err = v.store.View(ctx, func(tx *store.Tx) error {
		var n int64
		n, err = store.One(tx, func(n *int64) []any { return []any{n} }, `select count(*) from entry where leaf = $1`,
			leaf[:])
		there = n > 0
		return err
	})
	return there, err
}

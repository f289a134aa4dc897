package ledger

import (
	"context"
	"fmt"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// Receipt is what somebody who wrote an entry can keep: it shows, without Heed
// and without any key, that the entry was in the log, and says nothing of it.
type Receipt struct {
	Leaf [32]byte // the commitment; known as soon as the entry is written
	At   int64    // when that was, microseconds since 1970 UTC

	// Published says that the rest is there: the entry lies under a public checkpoint.
	Published  bool
	Index      int64
	Proof      []record.Hash
	Checkpoint []byte // signed note, with cosignatures
}

// Verify checks a published receipt against the log's key.
func (r Receipt) Verify(keys ...record.Verifier) error {
	c, _, err := record.OpenCheckpoint(r.Checkpoint, keys...)
	if err != nil {
		return err
	}
	return record.VerifyInclusion(record.LeafHash(r.Leaf), r.Index, c.Size, r.Proof, c.Root)
}

// Inclusion gives the receipt of an entry, named by Record and Version, or, for a
// reading, by Record and ID. fail.Missing when there is no such entry.
func (l *Log) Inclusion(ctx context.Context, e Entry) (Receipt, error) {
	var r Receipt
	err := l.store.View(ctx, func(tx *store.Tx) error {
		f, err := findEntry(tx, e)
		if err != nil {
			return err
		}
		if len(f.leaf) != hashSize {
			return tampered("entry number %d has no leaf", f.n)
		}
		r = Receipt{Leaf: [32]byte(f.leaf), At: f.at}
		index, err := findLeaf(tx, f.n)
		if fail.Is(err, fail.Missing) {
			return nil // not numbered yet
		}
		if err != nil {
			return err
		}
		p, err := readPublished(tx)
		if fail.Is(err, fail.Missing) || err == nil && index >= p.size {
			return nil // not published yet
		}
		if err != nil {
			return err
		}
		proof, err := record.InclusionProof(tileReader(tx, nil), index, p.size)
		if err != nil {
			return fmt.Errorf("prove entry: %w", err)
		}
		note, err := p.cosigned(tx)
		r.Published, r.Index, r.Proof, r.Checkpoint = true, index, proof, note
		return err
	})
	if err == nil && r.Published && r.Verify(l.verifier) != nil {
		return Receipt{}, tampered("entry %s is not where the tree says", e.ID)
	}
	return r, err
}

// ReceiptFile is the receipt of an entry as somebody keeps it (record.OpenReceipt): a
// promise under the log's signature, and once the entry is public the proof.
func (l *Log) ReceiptFile(ctx context.Context, e Entry) ([]byte, error) {
	r, err := l.Inclusion(ctx, e)
	if err != nil {
		return nil, err
	}
	return record.Receipt{Leaf: r.Leaf, At: r.At, Index: r.Index, Proof: r.Proof, Checkpoint: r.Checkpoint}.Sign(l.signer),
		nil
}

// found is an entry's number and leaf, and when it was written.
type found struct {
	n, at int64
	leaf  []byte
}

func scanFound(f *found) []any { return []any{&f.n, &f.at, &f.leaf} }

func findEntry(tx *store.Tx, e Entry) (found, error) {
	if e.Version > 0 {
		return store.One(tx, scanFound, `select n, at, leaf from entry where record = $1 and version = $2 and version > 0`,
			e.Record, e.Version)
	}
	return store.One(tx, scanFound, `select n, at, leaf from entry where record = $1 and version = 0 and id = $2`,
		e.Record, e.ID)
}

// findLeaf is an entry's place in the tree; fail.Missing when it has none yet.
func findLeaf(tx *store.Tx, n int64) (int64, error) {
	r, err := store.One(tx, scanRun, `select seq, size, n, padding from log_run where n <= $1 order by n desc limit 1`, n)
	if err != nil {
		return 0, err
	}
	if n >= r.n+r.size {
		return 0, fail.New(fail.Missing, "Not found")
	}
	return r.seq + n - r.n, nil
}

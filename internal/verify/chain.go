package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// internalMark is the extension line of the checkpoint that the log keeps for itself.
const internalMark = "internal"

// state reads the log's signed state: which tree is checked.
func (v *check) state(ctx context.Context) error {
	if v.o.Log.IsZero() {
		v.warn("The log's public key was not given, so no signature was checked")
	}
	if v.keys == nil {
		v.warn("No keys were given, so entries were compared with the tree and not opened, and erasures were not looked for")
	}
	if v.keys != nil && v.keys.torn {
		v.warn("One of the two copies in the key store %s is torn or older than the other, which is whole. "+
			"Nothing was mended: Heed does it at its next start", v.keys.path)
	}
	type row struct {
		size       int64
		root, note []byte
	}
	var s row
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		s, err = store.One(tx, func(r *row) []any { return []any{&r.size, &r.root, &r.note} },
			`select size, root, note from log_state where id = 1`)
		return err
	})
	v.head = record.Checkpoint{Origin: v.o.Log.Name(), Root: record.EmptyRoot()}
	switch {
	case fail.Is(err, fail.Missing):
		v.foundf(Checkpoint, "log_state", "the signed state of the log was taken away")
		return v.fallBack(ctx)
	case err != nil:
		v.unread("log_state", err)
		v.unsure = true
		return v.fallBack(ctx)
	case s.size == 0 && s.note == nil:
		return nil // nothing has been numbered yet; rows that say otherwise will be found
	}
	c, _, err := v.o.open(s.note)
	switch {
	case err != nil:
		v.foundf(Checkpoint, "log_state", "the signed state does not verify: %v", err)
		return v.fallBack(ctx)
	case !slices.Equal(c.Extra, []string{internalMark}):
		v.foundf(Checkpoint, "log_state", "the signed state is not of the form that the log writes")
	case c.Size != s.size || !bytes.Equal(c.Root[:], s.root):
		v.foundf(Checkpoint, "log_state", "says %d leaves, and %d were signed", s.size, c.Size)
	}
	v.head = c
	return nil
}

// fallBack checks against the newest public checkpoint that verifies, when the state does not.
func (v *check) fallBack(ctx context.Context) error {
	err := v.eachCheckpoint(ctx, func(r checkpointRow) error {
		if c, _, err := v.o.open(r.note); err == nil && c.Size >= v.head.Size {
			v.head = c
		}
		return nil
	})
	v.unsure = v.unsure || err != nil
	return err
}

type checkpointRow struct {
	size int64
	note []byte
}

const pageSize = 2000

// eachCheckpoint gives the public checkpoints by size, page by page.
func (v *check) eachCheckpoint(ctx context.Context, fn func(checkpointRow) error) error {
	for after := int64(-1); ; {
		var page []checkpointRow
		err := v.store.View(ctx, func(tx *store.Tx) (err error) {
			page, err = store.All(tx, func(r *checkpointRow) []any { return []any{&r.size, &r.note} },
				fmt.Sprintf(`select size, note from log_checkpoint where size > $1 order by size limit %d`, pageSize), after)
			return err
		})
		if err != nil {
			return fmt.Errorf("read checkpoints: %w", err)
		}
		for _, r := range page {
			if err := fn(r); err != nil {
				return err
			}
			after = r.size
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

// checkpoints checks every public checkpoint, and every cosignature under it:
// each must be of the tree that is checked, as it was at that size. The tree is
// grown tile by tile beside them, so that each costs little.
func (v *check) checkpoints(ctx context.Context) error {
	sigs, unread := v.cosignatures(ctx)
	g := grower{read: v.tiles.read}
	err := v.eachCheckpoint(ctx, func(r checkpointRow) error {
		v.count.checkpoints.Add(1)
		lines := sigs[r.size]
		delete(sigs, r.size)
		v.oneCheckpoint(ctx, &g, r)
		for _, l := range lines {
			v.cosignature(r, l)
		}
		return ctx.Err()
	})
	if err != nil || unread != nil {
		return errors.Join(err, unread)
	}
	for size := range sigs {
		v.foundf(Witness, fmt.Sprintf("log_cosignature %d", size), "a witness signed a checkpoint that is not there")
	}
	return nil
}

func (v *check) oneCheckpoint(ctx context.Context, g *grower, r checkpointRow) {
	where := fmt.Sprintf("log_checkpoint %d", r.size)
	c, _, err := v.o.open(r.note)
	switch {
	case err != nil:
		v.foundf(Checkpoint, where, "does not verify: %v", err)
		return
	case c.Size != r.size || len(c.Extra) > 0:
		v.foundf(Checkpoint, where, "the checkpoint stored there is another (of %d leaves)", c.Size)
		return
	case c.Origin != v.head.Origin && !v.unsure:
		v.foundf(Checkpoint, where, "is of another log")
		return
	case c.Size > v.head.Size:
		now, err := v.sizeNow(ctx)
		switch {
		case err != nil:
			v.unread("log_state", err)
		case c.Size > now: // else it was published after the check began
			v.foundf(Rollback, where, "%d leaves were published and the tree has %d", c.Size, v.head.Size)
		}
		return
	}
	root, err := g.root(c.Size, v.head.Size)
	if err != nil {
		v.cannotCompare(Checkpoint, where, err)
	} else if root != c.Root {
		v.foundf(History, where, "was signed for another tree than the tiles hold")
	}
	v.count.public.Store(max(v.count.public.Load(), c.Size))
}

// cannotCompare finds what has no tiles to be compared with, if they were not lost.
func (v *check) cannotCompare(k Kind, where string, err error) {
	if !v.lost(err) {
		v.foundf(k, where, "cannot be compared with the tree: %v", err)
	}
}

// sizeNow is the size of the tree by the signed state as it stands by now; 0 when it does not verify.
func (v *check) sizeNow(ctx context.Context) (int64, error) {
	var note []byte
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		note, err = store.One(tx, scanBytes, `select note from log_state where id = 1`)
		return err
	})
	if err != nil && !fail.Is(err, fail.Missing) {
		return 0, err
	}
	c, _, err := v.o.open(note)
	if err != nil {
		return 0, nil //nolint:nilerr // state has found it
	}
	return c.Size, nil
}

// grower gives the roots of ever larger trees from tiles.
type grower struct {
	read record.TileReader
	tree record.Tree
}

func (g *grower) root(size, of int64) (record.Hash, error) {
	for size-g.tree.Size() >= record.TileWidth {
		b, err := g.read(record.TilePath(0, g.tree.Size()/record.TileWidth, record.TileWidth))
		if err == nil {
			err = g.tree.AppendTile(b)
		}
		if err != nil {
			return record.Hash{}, err
		}
	}
	t := g.tree
	if n := int(size - t.Size()); n > 0 {
		width := min(record.TileWidth, int(of-t.Size()))
		b, err := g.read(record.TilePath(0, t.Size()/record.TileWidth, width))
		if err != nil {
			return record.Hash{}, err
		}
		if len(b) < n*len(record.Hash{}) {
			return record.Hash{}, record.ErrTile
		}
		for i := range n {
			t.Append(record.Hash(b[i*len(record.Hash{}):]))
		}
	}
	return t.Root(), nil
}

type cosignatureRow struct {
	size    int64
	witness string
	lines   []byte
}

// cosignatures reads what witnesses signed. One row a witness and beat: small.
func (v *check) cosignatures(ctx context.Context) (map[int64][]cosignatureRow, error) {
	out := map[int64][]cosignatureRow{}
	err := v.store.View(ctx, func(tx *store.Tx) error {
		rows, err := store.All(tx, func(r *cosignatureRow) []any { return []any{&r.size, &r.witness, &r.lines} },
			`select size, witness, lines from log_cosignature order by size, witness`)
		for _, r := range rows {
			out[r.size] = append(out[r.size], r)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read cosignatures: %w", err)
	}
	return out, nil
}

// cosignature checks one witness's lines under a checkpoint.
func (v *check) cosignature(r checkpointRow, l cosignatureRow) {
	where := fmt.Sprintf("log_cosignature %d %s", l.size, l.witness)
	i := slices.IndexFunc(v.o.Witnesses, func(w record.Verifier) bool { return w.Name() == l.witness })
	if i < 0 {
		v.warnOnce("The public key of the witness %s was not given, so its signatures were not checked", l.witness)
		return
	}
	_, sigs, err := record.OpenNote(slices.Concat(r.note, l.lines), v.o.Witnesses[i])
	if err != nil {
		v.foundf(Witness, where, "does not verify: %v", err)
		return
	}
	v.count.witness(Witnessed{l.witness, l.size, sigs[0].Time})
}

func (f *finder) warnOnce(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Contains(f.warnings, text) {
		f.warnings = append(f.warnings, text)
	}
}

// since checks that this tree begins with every tree that somebody remembers.
func (v *check) since(read record.TileReader) {
	for i, note := range v.o.remembered() {
		where := fmt.Sprintf("remembered checkpoint %d", i+1)
		c, sigs, err := v.o.open(note)
		if err != nil {
			v.foundf(Checkpoint, where, "does not verify: %v", err)
			continue
		}
		where = fmt.Sprintf("remembered checkpoint of %d leaves", c.Size)
		for _, s := range sigs {
			if s.Verifier.Witness() {
				where += ", signed by " + s.Verifier.Name() + " on " + at(s.Time)
				v.count.witness(Witnessed{s.Verifier.Name(), c.Size, s.Time})
			}
		}
		v.compare(where, c, read)
	}
}

// compare says whether the tree begins with that of a checkpoint.
func (v *check) compare(where string, c record.Checkpoint, read record.TileReader) bool {
	switch {
	case c.Origin != v.head.Origin && !v.unsure:
		v.foundf(Checkpoint, where, "is of the log %q and not of %q", c.Origin, v.head.Origin)
		return false
	case c.Size > v.head.Size && v.unsure: // how large the tree is could not be read
		return false
	case c.Size > v.head.Size:
		v.foundf(Rollback, where, "the tree has only %d leaves now: an older copy was put back, or its end was cut off",
			v.head.Size)
		return false
	}
	proof, err := record.ConsistencyProof(read, c.Size, v.head.Size)
	if err != nil {
		v.cannotCompare(History, where, err)
		return false
	}
	if err := record.VerifyConsistency(c.Size, v.head.Size, proof, c.Root, v.head.Root); err != nil {
		v.foundf(History, where, "the tree of %d leaves does not begin with it: history was rewritten", v.head.Size)
		return false
	}
	return true
}

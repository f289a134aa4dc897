package verify

import (
	"context"
	"errors"
	"fmt"

	"heed/internal/store"
	"heed/record"
)

// numbered is a row of log_run as stored.
type numbered struct {
	seq, size int64
	n         *int64
	padding   []byte
}

func scanNumbered(r *numbered) []any { return []any{&r.seq, &r.size, &r.n, &r.padding} }

// numbering checks that every leaf of the tree belongs to one row of log_run, no
// entry to two, and that padding is padding.
func (v *check) numbering(ctx context.Context) error {
	return errors.Join(v.everyLeaf(ctx), v.everyEntryOnce(ctx))
}

// everyLeaf walks the leaves in order, page by page.
func (v *check) everyLeaf(ctx context.Context) error {
	next, after, tiles := int64(0), int64(-1), map[int64][]byte{}
	for more := true; more && ctx.Err() == nil; {
		err := v.store.View(ctx, func(tx *store.Tx) error {
			page, err := store.All(tx, scanNumbered,
				fmt.Sprintf(`select seq, size, n, padding from log_run where seq > $1 order by seq limit %d`, pageSize), after)
			if err != nil {
				return fmt.Errorf("read numbering: %w", err)
			}
			l := leaves{tx, v.head.Size, tiles}
			l.forget()
			for _, r := range page {
				after = r.seq
				if next < r.seq && next < v.head.Size {
					v.found(Difference{Kind: Numbering, Where: "log_run", Leaf: next,
						What: fmt.Sprintf("leaves %d to %d have no row", next, min(r.seq, v.head.Size)-1)})
				}
				if err := v.oneRun(&l, r, next); err != nil {
					return err
				}
				if r.size > 0 && r.size <= record.MaxSize {
					next = max(next, r.seq+r.size)
				}
			}
			more = len(page) == pageSize
			return nil
		})
		if err != nil {
			return err
		}
	}
	if next < v.head.Size {
		v.found(Difference{Kind: Numbering, Where: "log_run", Leaf: next,
			What: fmt.Sprintf("leaves %d to %d have no row", next, v.head.Size-1)})
	}
	return ctx.Err()
}

func (v *check) oneRun(l *leaves, r numbered, next int64) error {
	differs := func(format string, args ...any) {
		v.found(Difference{Kind: Numbering, Where: fmt.Sprintf("log_run %d", r.seq), Leaf: r.seq,
			What: fmt.Sprintf(format, args...)})
	}
	switch {
	case r.size < 1 || r.size > record.MaxSize:
		differs("has %d leaves", r.size)
		return nil
	case r.seq < next:
		differs("leaves before %d are numbered twice", next)
	case r.seq+r.size > v.head.Size && r.seq < v.head.Size && v.unsure:
		return nil
	case r.seq+r.size > v.head.Size && r.seq < v.head.Size:
		differs("reaches beyond the signed tree of %d leaves", v.head.Size)
		return nil
	}
	if r.seq >= v.head.Size {
		v.gone.ahead(r.seq + r.size - 1)
		return nil
	}
	if r.n != nil {
		if r.padding != nil {
			differs("is entries and padding at once")
		}
		return nil
	}
	if int64(len(r.padding)) != r.size*record.BlinderSize {
		differs("its padding is not of %d leaves", r.size)
		return nil
	}
	if err := l.load(r.seq, r.seq+r.size); err != nil {
		return fmt.Errorf("read tiles: %w", err)
	}
	v.count.padding.Add(r.size)
	for i := range r.size {
		blinder := [record.BlinderSize]byte(r.padding[i*record.BlinderSize:])
		tree, told := l.hash(r.seq + i)
		if told && !v.bad[(r.seq+i)/record.TileWidth] && record.LeafHash(record.PaddingLeaf(blinder)) != tree {
			v.found(Difference{Kind: Numbering, Where: fmt.Sprintf("log_run %d", r.seq), Leaf: r.seq + i,
				What: "is said to be padding, and the tree has something else there"})
		}
	}
	return nil
}

// given holds that entries have numbers as Heed gives them, from 1 on: others would be
// passed by where entries are read in order.
func (v *check) given(ctx context.Context) error {
	return v.store.View(ctx, func(tx *store.Tx) error {
		strange, err := store.All(tx, func(n *int64) []any { return []any{n} },
			`select n from entry where n < 1 union select n from log_run where n < 1 order by 1 limit 10`)
		for _, n := range strange {
			v.found(Difference{Kind: Numbering, Where: fmt.Sprintf("entry %d", n), What: "has a number that Heed never gives"})
		}
		return err
	})
}

// everyEntryOnce walks the numbers of entries in order: no two leaves share one.
func (v *check) everyEntryOnce(ctx context.Context) error {
	if err := v.given(ctx); err != nil {
		return fmt.Errorf("read numbering: %w", err)
	}
	var end, after int64
	for first, more := true, true; more && ctx.Err() == nil; first = false {
		var page []run
		err := v.store.View(ctx, func(tx *store.Tx) (err error) {
			where := `n is not null and n > $1`
			args := []any{after}
			if first {
				where, args = `n is not null`, nil
			}
			page, err = store.All(tx, scanRun, fmt.Sprintf(`select seq, size, n from log_run where %s order by n limit %d`,
				where, pageSize), args...)
			return err
		})
		if err != nil {
			return fmt.Errorf("read numbering: %w", err)
		}
		for i, r := range page {
			if (i > 0 || !first) && r.n < end {
				v.found(Difference{Kind: Numbering, Where: fmt.Sprintf("log_run %d", r.seq), Leaf: r.seq,
					What: fmt.Sprintf("entry %d has two numbers", r.n)})
			}
			if r.size > 0 && r.size <= record.MaxSize {
				end = r.n + r.size
			}
			after = r.n
		}
		more = len(page) == pageSize
	}
	return ctx.Err()
}

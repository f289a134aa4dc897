package ledger

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// Checkpoint is the last published checkpoint with the cosignatures that have
// come in for it: what /log/checkpoint serves. fail.Missing before the first.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) {
	var note []byte
	err := l.store.View(ctx, func(tx *store.Tx) (err error) {
		p, err := readPublished(tx)
		if err == nil {
			note, err = p.cosigned(tx)
		}
		return err
	})
	return note, err
}

// published is the newest row of log_checkpoint.
type published struct {
	size, at int64
	note     []byte
}

func scanPublished(p *published) []any { return []any{&p.size, &p.at, &p.note} }

func readPublished(tx *store.Tx) (published, error) {
	p, err := store.One(tx, scanPublished, `select size, at, note from log_checkpoint order by size desc limit 1`)
	if err != nil {
		return p, fmt.Errorf("read checkpoint: %w", err)
	}
	return p, nil
}

func (p published) cosigned(tx *store.Tx) ([]byte, error) {
	lines, err := store.All(tx, scanBytes, `select lines from log_cosignature where size = $1 order by witness`, p.size)
	if err != nil {
		return nil, fmt.Errorf("read cosignatures: %w", err)
	}
	return record.AddSignatures(p.note, lines...)
}

// Tile is a tile of the published tree by its C2SP path ("tile/0/x001/234",
// "tile/0/000.p/16", "tile/entries/000"): what /log/… serves. What the public
// checkpoint does not cover is fail.Missing, as is a path of any other form.
//
// Tiles hold hashes of blinded commitments; an entry bundle holds the commitments
// themselves. Neither says anything about an entry to somebody without its key.
func (l *Log) Tile(ctx context.Context, path string) ([]byte, error) {
	rest, bundle := strings.CutPrefix(path, "tile/entries/")
	if bundle {
		path = "tile/0/" + rest
	}
	t, err := record.ParseTilePath(path)
	if err != nil {
		return nil, notPublished(err)
	}
	var out []byte
	err = l.store.View(ctx, func(tx *store.Tx) error {
		p, err := readPublished(tx)
		if err != nil {
			return err
		}
		if t.Index*record.TileWidth+int64(t.Width) > p.size>>(record.TileHeight*t.Level) {
			return notPublished(nil)
		}
		if bundle {
			out, err = readBundle(tx, t.Index*record.TileWidth, int64(t.Width))
		} else {
			out, err = tileReader(tx, nil)(path)
		}
		return err
	})
	return out, err
}

func notPublished(cause error) error { return fail.Wrap(fail.Missing, cause, "Not found") }

// readBundle gives leaves from … from+width-1, each after its length (C2SP
// tlog-tiles, "Log entries": big-endian uint16).
func readBundle(tx *store.Tx, from, width int64) ([]byte, error) {
	out := make([]byte, 0, width*int64(2+hashSize))
	add := func(leaf []byte) {
		out = binary.BigEndian.AppendUint16(out, uint16(len(leaf)))
		out = append(out, leaf...)
	}
	runs, err := readRuns(tx, from, from+width)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		if r.blinders != nil {
			for leaf := range paddingLeaves(r.blinders) {
				add(leaf[:])
			}
			continue
		}
		leaves, err := store.All(tx, scanBytes, `select leaf from entry where n >= $1 and n < $2 order by n`, r.n, r.n+r.size)
		if err != nil {
			return nil, fmt.Errorf("read leaves: %w", err)
		}
		for _, leaf := range leaves {
			add(leaf)
		}
	}
	if int64(len(out)) != width*int64(2+hashSize) {
		return nil, unsound(nil, "leaves %d to %d are not all there", from, from+width-1)
	}
	return out, nil
}

func scanRun(r *run) []any { return []any{&r.seq, &r.size, &nullable{&r.n}, &r.blinders} }

// nullable reads a null as 0.
type nullable struct{ to *int64 }

// Scan reads an integer or null.
func (n *nullable) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*n.to = 0
	case int64:
		*n.to = v
	default:
		return fmt.Errorf("ledger: a number is stored as %T", src)
	}
	return nil
}

// readRuns gives the numbering of leaves from … to-1, runs at the ends cut to fit.
func readRuns(tx *store.Tx, from, to int64) ([]run, error) {
	runs, err := store.All(tx, scanRun, `select seq, size, n, padding from log_run
		where seq >= (select coalesce(max(seq), 0) from log_run where seq <= $1) and seq < $2 order by seq`, from, to)
	if err != nil {
		return nil, fmt.Errorf("read numbering: %w", err)
	}
	for i := range runs {
		runs[i] = runs[i].cut(from, to)
	}
	return runs, nil
}

// cut is the part of a run that lies in from … to-1; of size 0 when none does.
func (r run) cut(from, to int64) run {
	end := r.seq + r.size
	lo := min(max(from, r.seq), end)
	hi := max(min(to, end), lo)
	c := run{seq: lo, size: hi - lo, n: r.n}
	if r.blinders == nil {
		c.n += lo - r.seq
		return c
	}
	held := int64(len(r.blinders) / record.BlinderSize) // fewer than size when somebody has cut them
	c.blinders = r.blinders[min(lo-r.seq, held)*record.BlinderSize : min(hi-r.seq, held)*record.BlinderSize]
	return c
}

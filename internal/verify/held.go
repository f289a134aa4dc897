package verify

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/record"
)

// heldFolder holds a file for each process that had to hold leaves (record.ParseHeld):
// entries that were acknowledged while they had no place in the tree.
const heldFolder = "held"

// keptFiles hold what the log signed last, for itself and for the public.
var keptFiles = []string{"log.state", "log.checkpoint"}

// kept are the checkpoints that lie outside the database.
func (o Options) kept() (all [][]byte) {
	for _, name := range keptFiles {
		if note, err := os.ReadFile(filepath.Join(o.Folder, name)); o.Folder != "" && err == nil {
			all = append(all, note)
		}
	}
	return all
}

// held checks that what was acknowledged is there: each leaf that lies outside the
// database is that of its entry. That the entry has a place is checked with the others.
func (v *check) held(ctx context.Context) error {
	if v.o.Folder == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(v.o.Folder, heldFolder, "*"))
	if err != nil {
		return fmt.Errorf("look for held leaves: %w", err)
	}
	for _, path := range files {
		where := heldFolder + "/" + filepath.Base(path)
		b, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			continue // everything in it has its place since
		}
		var all []record.Held
		if err == nil {
			all, err = record.ParseHeld(b)
		}
		if err != nil {
			v.foundf(Unreadable, where, "cannot be read: %v", err)
			continue
		}
		for _, h := range all {
			if err := v.oneHeld(ctx, where, h); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *check) oneHeld(ctx context.Context, where string, h record.Held) error {
	var leaf []byte
	err := v.store.View(ctx, func(tx *store.Tx) (err error) {
		leaf, err = store.One(tx, scanBytes, `select leaf from entry where record = $1 and version = $2 and id = $3`,
			h.Header.Record[:], h.Header.Version, h.Header.Entry[:])
		return err
	})
	if err == nil && bytes.Equal(leaf, h.Leaf[:]) {
		return nil
	}
	if err != nil && !fail.Is(err, fail.Missing) {
		return fmt.Errorf("read entry: %w", err)
	}
	what := "was acknowledged and taken away before it was numbered"
	if err == nil {
		what = "was acknowledged with another leaf"
	}
	v.found(Difference{Kind: Entry, Where: where, Leaf: -1, What: fmt.Sprintf("version %d, written on %s, %s",
		h.Header.Version, at(clock.FromMicros(h.Header.At)), what), Record: hex.EncodeToString(h.Header.Record[:])})
	return nil
}

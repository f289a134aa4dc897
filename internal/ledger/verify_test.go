package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// audit reads everything in the database and checks every promise of this package
// that needs no key, by other means than the code under test: numbers from the
// rows, the tree from golang.org/x/mod/sumdb/tlog. It gives the number of entries.
func audit(r *room) (entries int, err error) {
	err = r.store.View(r.ctx, func(tx *store.Tx) error {
		runs, err := store.All(tx, scanRun, `select seq, size, n, padding from log_run order by seq`)
		if err != nil {
			return err
		}
		rows, err := store.All(tx, scanRow,
			`select n, id, org, record, version, at, generation, room, leaf, null from entry order by n`)
		if err != nil {
			return err
		}
		entries = len(rows)
		pending, err := store.All(tx, scanInt, `select n from entry_pending`)
		if err != nil {
			return err
		}
		if len(pending) > 0 {
			return fmt.Errorf("%d entries have no number", len(pending))
		}
		byN := map[int64]row{}
		for _, x := range rows {
			byN[x.n] = x
		}
		leaves, err := placed(runs, byN)
		if err != nil {
			return err
		}
		return compareTree(tx, leaves)
	})
	return entries, err
}

// everything opens every entry that is there, in insertion order, but those of erased records.
func everything(r *room) (out []Entry) {
	r.t.Helper()
	must(r.t, r.store.View(r.ctx, func(tx *store.Tx) error {
		rows, err := store.All(tx, scanRow, `select `+rowColumns+` from entry order by n`)
		keys := keyring{vault: r.vault, known: map[id.Record]*vault.Key{}}
		for _, x := range rows {
			e, err := keys.open(tx, x)
			if err == nil {
				out = append(out, e)
			} else if !fail.Is(err, fail.Gone) {
				return err
			}
		}
		return err
	}))
	return out
}

// placed walks the numbering: no gap, no overlap, every entry once, versions in order.
func placed(runs []run, byN map[int64]row) (leaves [][32]byte, err error) {
	version := map[id.Record]int64{}
	for _, run := range runs {
		if run.seq != int64(len(leaves)) {
			return nil, fmt.Errorf("a gap or an overlap at leaf %d (a run begins at %d)", len(leaves), run.seq)
		}
		for leaf := range paddingLeaves(run.blinders) {
			leaves = append(leaves, leaf)
		}
		if run.blinders != nil {
			continue
		}
		for n := run.n; n < run.n+run.size; n++ {
			x, ok := byN[n]
			if !ok {
				return nil, fmt.Errorf("entry %d has two places, or does not exist", n)
			}
			delete(byN, n)
			if x.version > 0 {
				if version[x.record]++; version[x.record] != x.version {
					return nil, fmt.Errorf("version %d of %s comes where %d belongs", x.version, x.record, version[x.record])
				}
			}
			leaves = append(leaves, [32]byte(x.leaf))
		}
	}
	for n := range byN {
		return nil, fmt.Errorf("entry %d was lost", n)
	}
	return leaves, nil
}

func compareTree(tx *store.Tx, leaves [][32]byte) error {
	st, err := store.One(tx, scanState, `select size, root, note from log_state where id = 1`)
	if err != nil {
		return err
	}
	var tree record.Tree
	for _, leaf := range leaves {
		tree.AppendLeaf(leaf)
	}
	if st.size == 0 && tree.Size() == 0 {
		return nil
	}
	root := tree.Root()
	if st.size != tree.Size() || string(st.root) != string(root[:]) {
		return fmt.Errorf("the state speaks of %d leaves, the rows make another tree of %d", st.size, tree.Size())
	}
	var mu sync.Mutex // VerifyTiles reads from several goroutines, a Tx has one connection
	read := func(path string) ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		return tileReader(tx, nil)(path)
	}
	if err := record.VerifyTiles(context.Background(), read, record.Checkpoint{Size: st.size, Root: root},
		nil); err != nil {
		return err
	}
	public, err := store.All(tx, scanPublished, `select size, at, note from log_checkpoint order by size`)
	if err != nil {
		return err
	}
	for _, p := range public {
		c, err := record.PeekCheckpoint(p.note)
		if err != nil {
			return err
		}
		var t record.Tree
		for _, leaf := range leaves[:c.Size] {
			t.AppendLeaf(leaf)
		}
		if c.Size%16 != 0 || c.Size != p.size || t.Root() != c.Root {
			return errors.New("a public checkpoint was not of this tree")
		}
	}
	return nil
}

package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/store/storetest"
)

// logTables are what numbering writes.
var logTables = []string{"entry_pending", "log_run", "log_tile", "log_state"}

func (r *room) copyTables() {
	for _, name := range logTables {
		must(r.t, r.store.Do(r.ctx, change(`create table copied_`+name+` as select * from `+name)))
	}
}

func (r *room) putBack() {
	must(r.t, r.store.Do(r.ctx, func(tx *store.Tx) (err error) {
		for _, name := range logTables {
			err = errors.Join(err, change(`delete from `+name)(tx),
				change(`insert into `+name+` select * from copied_`+name)(tx))
		}
		return err
	}))
}

// TestEachStepIsRememberedOutsideTheDatabase: the tree put back to before the last step
// is found by the process that took it, by one that only saw it, and by a new one in the
// folder of either; what is larger is the same history, whoever has numbered it.
func TestEachStepIsRememberedOutsideTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		took := furnish(t, s)
		saw := took.again()
		saw.o.Folder = t.TempDir() // another machine
		took.begin("one")
		number := func(r *room) {
			t.Helper()
			_, err := r.Sequence(r.ctx)
			must(t, err)
		}
		number(took)
		took.copyTables()
		took.begin("two")
		number(took)
		number(saw)
		saw.begin("three")
		number(saw) // took knows a smaller tree, and goes on
		why, err := took.Behind(took.ctx)
		must(t, errors.Join(why, err))
		took.putBack()
		for _, r := range []*room{took.again(), saw.again(), took, saw} {
			why, err := r.Behind(r.ctx)
			must(t, err)
			wants(t, why, fail.Tampered)
			_, err = r.Sequence(r.ctx)
			wants(t, err, fail.Tampered)
			wants(t, r.Trouble(), fail.Tampered)
			if !strings.Contains(r.trouble.Load().Unwrap().Error(), "an older copy was put back") {
				t.Errorf("it says %v", r.trouble.Load().Unwrap())
			}
		}
		stranger := took.again() // without either folder nobody can tell: the control
		stranger.o.Folder = t.TempDir()
		number(stranger)
		// And from there on it is another history of the same size.
		for range 3 {
			stranger.begin("another")
		}
		number(stranger)
		for _, r := range []*room{took.again(), saw.again()} {
			_, err = r.Sequence(r.ctx)
			wants(t, err, fail.Tampered)
		}
	})
}

// TestWhatWasSignedAndCouldNotBeKeptShowsAndIsKeptLater: a folder that takes no file
// stops no numbering.
func TestWhatWasSignedAndCouldNotBeKeptShowsAndIsKeptLater(t *testing.T) {
	r := furnish(t, storetest.SQLite(t, migrations, clock.System{}))
	path := filepath.Join(r.o.Folder, FileState)
	r.begin("one")
	_, err := r.Sequence(r.ctx)
	must(t, errors.Join(err, os.Remove(path), os.MkdirAll(filepath.Join(path, "in the way"), 0o700)))
	r.begin("two")
	n, err := r.Sequence(r.ctx)
	if n != 1 || err != nil {
		t.Fatalf("numbered %d: %v", n, err)
	}
	wants(t, r.Kept(), fail.Busy)
	must(t, os.RemoveAll(path))
	_, err = r.Sequence(r.ctx) // nothing waits
	must(t, errors.Join(err, r.Kept()))
	kept, err := r.read(keptState)
	must(t, err)
	if kept.Size != 2 {
		t.Errorf("%d leaves are remembered, want 2", kept.Size)
	}
	left, err := filepath.Glob(filepath.Join(r.o.Folder, ".heed-*"))
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

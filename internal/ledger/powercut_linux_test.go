package ledger

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/store/storetest/lossy"
)

// outsideOnLossyDisk is a ledger whose folder outside the database loses in a power cut
// what was not synced.
func outsideOnLossyDisk(t *testing.T) (*room, *lossy.Disk) {
	t.Helper()
	d := lossy.Mount(t)
	s := storetest.Open(t, store.Options{Path: t.TempDir(), Migrations: migrations})
	folder := filepath.Join(d.Path, "log")
	must(t, os.Mkdir(folder, 0o700))
	d.Settle()
	r := furnish(t, s, func(o *Options) { o.Folder = folder })
	t.Cleanup(func() {
		if r.fresh.file != nil {
			must(t, r.fresh.file.Close())
		}
	})
	return r, d
}

// after gives fn the ledger as it is over what a cut has left.
func (r *room) after(left string, fn func()) {
	before := r.o.Folder
	r.o.Folder = filepath.Join(left, "log")
	defer func() { r.o.Folder = before }()
	fn()
}

// TestPowerCutKeepsHeldLeaves: each leaf that was held before somebody was answered is
// there after a power cut at any moment. Seen to fail without the sync of the file, and
// of the folder.
func TestPowerCutKeepsHeldLeaves(t *testing.T) {
	for _, chance := range []float64{0, 0.5} {
		t.Run(fmt.Sprint(chance), func(t *testing.T) {
			r, d := outsideOnLossyDisk(t)
			r.begin("in time")
			r.later(lateAfter + time.Second)
			var answered atomic.Int64
			done := make(chan struct{})
			go func() {
				defer close(done)
				for range 60 {
					r.begin("late")
					answered.Add(1)
				}
			}()
			random := rand.New(rand.NewPCG(2, 3))
			type cut struct {
				left string
				held int64
			}
			var cuts []cut
			for going := true; going; {
				select {
				case <-done:
					going = false
				case <-time.After(time.Duration(random.IntN(4000)) * time.Microsecond):
				}
				n := answered.Load()
				cuts = append(cuts, cut{d.Cut(t, chance, random), n})
			}
			for _, c := range cuts {
				r.after(c.left, func() {
					if n := int64(len(r.held())); c.held > 0 && n < c.held+1 {
						t.Errorf("%d late entries were answered, and %d leaves are held", c.held, n)
					}
				})
			}
			t.Logf("%d cuts", len(cuts))
		})
	}
}

// TestPowerCutKeepsWhatWasSigned: what was signed last, for the public too, lies outside
// the database after a power cut once the step has ended, and is whole at every moment.
// Seen to fail without the sync of the file, and of the folder.
func TestPowerCutKeepsWhatWasSigned(t *testing.T) {
	for _, chance := range []float64{0, 0.5} {
		t.Run(fmt.Sprint(chance), func(t *testing.T) {
			r, d := outsideOnLossyDisk(t)
			random := rand.New(rand.NewPCG(4, 5))
			for i := range 12 {
				r.begin("one")
				n, err := r.Sequence(r.ctx)
				must(t, err)
				must(t, r.Publish(r.ctx))
				want := r.outside.last.Size
				r.after(d.Cut(t, chance, random), func() {
					for _, f := range []keptFile{keptState, keptPublic} {
						s, err := r.read(f)
						must(t, err)
						if s.note == nil || f.name == FileState && s.Size != want {
							t.Fatalf("step %d, %d numbered: %s is of %d leaves, %d were signed", i, n, f.name, s.Size, want)
						}
					}
				})
			}
		})
	}
}

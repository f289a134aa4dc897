package sqlite

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heed/internal/store/engine"
)

const sector = 512 // what a disk writes whole

// memory is the write-ahead log as the disk would have it after a power cut: what was
// synced, and of what was written since then any sectors, or none.
type memory struct {
	mu      sync.Mutex
	durable []byte
	since   []written
}

type written struct {
	at   int64
	data []byte
}

func (m *memory) wrote(data []byte, at int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.since = append(m.since, written{at, data})
}

func (m *memory) synced() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.since {
		m.durable = put(m.durable, w.data, w.at)
	}
	m.since = nil
}

func put(image, data []byte, at int64) []byte {
	if grow := at + int64(len(data)) - int64(len(image)); grow > 0 {
		image = append(image, make([]byte, grow)...)
	}
	copy(image[at:], data)
	return image
}

// cut is the log after a power cut now; each sector that was not synced is there with
// this chance.
func (m *memory) cut(r *rand.Rand, chance float64) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	image := append([]byte(nil), m.durable...)
	for _, w := range m.since {
		for from := int64(0); from < int64(len(w.data)); {
			to := min((w.at+from)/sector*sector+sector-w.at, int64(len(w.data)))
			if r.Float64() < chance {
				image = put(image, w.data[from:to], w.at+from)
			}
			from = to
		}
	}
	return image
}

// TestPowerCut is promises D2 and D3: whatever a power cut leaves of what was not
// synced (nothing, or sectors at random), all that was acknowledged is there, once, and
// the file is sound. The control shows that the test would find an engine that
// acknowledges before it syncs.
func TestPowerCut(t *testing.T) {
	for _, c := range []struct {
		name   string
		chance float64
		normal bool // synchronous=normal, which forgets
	}{{"everything gone", 0, false}, {"torn sectors", 0.5, false}, {"control", 0, true}} {
		t.Run(c.name, func(t *testing.T) {
			lost := powerCuts(t, 25, c.chance, c.normal)
			if (lost > 0) != c.normal {
				t.Errorf("%d acknowledged units were lost in 25 cuts", lost)
			}
		})
	}
}

func powerCuts(t *testing.T, cuts int, chance float64, normal bool) (lost int) {
	s, disk, dir := openFaulty(t)
	w := s.writer
	file := filepath.Join(dir, "heed.db")
	m := &memory{durable: whole(t, file+"-wal")}
	base := whole(t, file)
	w.errand(func() {
		disk.wrote, disk.synced = m.wrote, m.synced
		if w.conn.say("pragma wal_autocheckpoint=0") != nil || normal && w.conn.say("pragma synchronous=normal") != nil {
			t.Error("the pragmas were not taken")
		}
	})
	var mu sync.Mutex
	kept := map[int]bool{}
	var next atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var looking sync.RWMutex // writers rest while it is looked at what a cut left: the log would grow by gigabytes
	for range 8 {
		all.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1))
				looking.RLock()
				err := s.do(func(on engine.Runner) error { return insert(on, n, 0, 700) })
				looking.RUnlock()
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				kept[n] = true
				mu.Unlock()
			}
		})
	}
	r := rand.New(rand.NewPCG(1, uint64(chance*10)))
	for range cuts {
		time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
		mu.Lock()
		acknowledged := maps.Clone(kept)
		mu.Unlock()
		left := m.cut(r, chance)
		looking.Lock()
		lost += afterCut(t, base, left, acknowledged)
		looking.Unlock()
	}
	stop()
	all.Wait()
	if len(kept) < cuts {
		t.Errorf("only %d units were acknowledged", len(kept))
	}
	return lost
}

// afterCut starts a store on what the cut left and counts what it has lost.
func afterCut(t *testing.T, base, wal []byte, acknowledged map[int]bool) (lost int) {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string][]byte{"heed.db": base, "heed.db-wal": wal} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := openAt(t, dir)
	defer s.Close()
	checkIntegrity(t, s)
	found := rowsOf(t, s)
	for n := range acknowledged {
		if found[n] == 0 {
			lost++
		}
	}
	for n, rows := range found {
		if rows != 1 {
			t.Errorf("unit %d is there %d times", n, rows)
		}
	}
	return lost
}

func whole(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return b
}

package spent_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/spent"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func open(folder string, hand clock.Clock) *spent.Book {
	return spent.In(folder, hand, slog.New(slog.DiscardHandler))
}

func TestWhatIsSpentStaysSpentForEverybodyWhoSharesTheFolder(t *testing.T) {
	folder, hand := filepath.Join(t.TempDir(), "spent"), clock.NewHand(start)
	a, b := open(folder, hand), open(folder, hand)
	m := spent.Of(start.Add(time.Hour), "session", []byte("token"))
	if a.Spent(m) || b.Spent(m) {
		t.Fatal("spent before it was")
	}
	var firsts atomic.Int32
	var all sync.WaitGroup
	for _, book := range []*spent.Book{a, b, a, b, a, b} {
		all.Go(func() {
			if book.Spend(m) {
				firsts.Add(1)
			}
		})
	}
	all.Wait()
	if firsts.Load() != 1 {
		t.Errorf("%d were first", firsts.Load())
	}
	if c := open(folder, hand); !a.Spent(m) || !b.Spent(m) || !c.Spent(m) {
		t.Error("forgotten")
	}
	if other := spent.Of(start.Add(time.Hour), "code", []byte("token")); a.Spent(other) {
		t.Error("a thing of another kind counts as spent")
	}
}

func TestSweepKeepsWhatStillMatters(t *testing.T) {
	folder, hand := filepath.Join(t.TempDir(), "spent"), clock.NewHand(start)
	b := open(folder, hand)
	short, long := spent.Of(start.Add(time.Hour), "x"), spent.Of(start.Add(100*time.Hour), "x")
	b.Spend(short)
	b.Spend(long)
	epoch, _ := b.Epoch()
	hand.Move(26 * time.Hour)
	if err := b.Sweep(); err != nil {
		t.Fatal(err)
	}
	if b.Spent(short) || !b.Spent(long) {
		t.Error("swept the wrong one")
	}
	if again, _ := open(folder, hand).Epoch(); again != epoch {
		t.Error("sweeping changed the folder's name")
	}
}

func TestALostFolderHasAnotherName(t *testing.T) {
	folder, hand := filepath.Join(t.TempDir(), "spent"), clock.NewHand(start)
	before, err := open(folder, hand).Epoch()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if after, _ := open(folder, hand).Epoch(); after == before {
		t.Error("what was given out before would count")
	}
}

func TestAFolderThatCannotBeWrittenStopsNobody(t *testing.T) {
	file := filepath.Join(t.TempDir(), "in-the-way")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(filepath.Join(file, "spent"), clock.NewHand(start))
	m := spent.Of(start.Add(time.Hour), "session")
	if !b.Spend(m) || !b.Spent(m) || b.Spend(m) {
		t.Error("not remembered")
	}
}

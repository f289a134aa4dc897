package durable_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"heed/internal/durable"
	"heed/internal/store/storetest/lossy"
)

var r = rand.New(rand.NewPCG(1, 1))

// TestPowerCut: what was written is there after a cut, and nothing that was left half
// done. Seen to fail without the sync of the file, of the folder, and of the folder above.
func TestPowerCut(t *testing.T) {
	d := lossy.Mount(t)
	folder := filepath.Join(d.Path, "a", "b")
	check(t, durable.MakeFolder(folder))
	file := filepath.Join(folder, "file")
	for _, content := range []string{"first", "second, and longer", "third"} {
		check(t, durable.Replace(file, []byte(content)))
		for _, chance := range []float64{0, 0.5, 1} {
			got, err := os.ReadFile(filepath.Join(d.Cut(t, chance, r), "a", "b", "file"))
			if err != nil || string(got) != content {
				t.Errorf("%q is %q: %v", content, got, err)
			}
		}
	}
	other := filepath.Join(folder, "other")
	check(t, durable.Create(other, []byte("once")))
	if err := durable.Create(other, []byte("twice")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("written over: %v", err)
	}
	left, err := os.ReadDir(filepath.Join(d.Cut(t, 0, r), "a", "b"))
	if err != nil || len(left) < 2 {
		t.Errorf("%v is there: %v", left, err)
	}
	if now, _ := os.ReadDir(folder); len(now) != 2 {
		t.Errorf("left behind: %v", now)
	}
}

// TestPowerCutInBetween: at every moment there is one file, whole, and none older than what
// was acknowledged. Seen to fail when the name came before the sync.
func TestPowerCutInBetween(t *testing.T) {
	d := lossy.Mount(t)
	write := func(i int) error {
		return durable.Replace(filepath.Join(d.Path, "file"), []byte(fmt.Sprintf("%04d", i)))
	}
	check(t, write(0))
	var acknowledged atomic.Int64
	done := make(chan error, 1)
	go func() {
		for i := 1; i <= 200; i++ {
			if err := write(i); err != nil {
				done <- err
				return
			}
			acknowledged.Store(int64(i))
		}
		done <- nil
	}()
	for i := 0; ; i++ {
		least := acknowledged.Load()
		b, err := os.ReadFile(filepath.Join(d.Cut(t, float64(i%2)/2, r), "file"))
		if n, e := strconv.Atoi(string(b)); err != nil || e != nil || int64(n) < least {
			t.Fatalf("%q after %d was acknowledged: %v", b, least, err)
		}
		select {
		case err := <-done:
			check(t, err)
			t.Logf("%d cuts", i+1)
			return
		default:
		}
	}
}

// TestTheDiskLoses is the control: without its sync each of them is lost.
func TestTheDiskLoses(t *testing.T) {
	d := lossy.Mount(t)
	file := filepath.Join(d.Path, "file")
	check(t, os.WriteFile(file, []byte("words"), 0o600))
	there := func() ([]byte, error) { return os.ReadFile(filepath.Join(d.Cut(t, 0, r), "file")) }
	if b, err := there(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a name that was not synced is there: %q, %v", b, err)
	}
	check(t, durable.SyncFolder(d.Path))
	if b, err := there(); err != nil || len(b) != 0 {
		t.Errorf("words that were not synced are there: %q, %v", b, err)
	}
	d.Settle()
	if b, err := there(); err != nil || string(b) != "words" {
		t.Errorf("words that were synced are %q, %v", b, err)
	}
	check(t, os.Rename(file, file+"2"))
	if _, err := there(); err != nil {
		t.Errorf("the old name is gone before the new one is sure: %v", err)
	}
}

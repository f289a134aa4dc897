package durable_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"heed/internal/durable"
)

// TestSweep: what was cut off is overwritten and gone; what is being written, what has a
// name besides, and what is somebody else's is left alone.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	put := func(name string, age time.Duration) string {
		path := filepath.Join(dir, name)
		check(t, os.WriteFile(path, []byte("key of "+name), 0o600))
		check(t, os.Chtimes(path, now, now.Add(-age)))
		return path
	}
	old, fresh, other := put(".heed-1", 2*time.Hour), put(".heed-2", time.Minute), put("heed.key", 2*time.Hour)
	named := put(".heed-3", 2*time.Hour)
	check(t, os.Link(named, filepath.Join(dir, "named")))
	watch, err := os.Open(old)
	check(t, err)
	defer watch.Close()
	check(t, durable.Sweep(dir, now.Add(-time.Hour)))
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
	bytesOf := make([]byte, 64)
	if n, _ := watch.Read(bytesOf); bytes.Contains(bytesOf[:n], []byte("key")) {
		t.Error("its bytes are still there")
	}
	for path, want := range map[string]string{fresh: "key of .heed-2", other: "key of heed.key",
		filepath.Join(dir, "named"): "key of .heed-3"} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is %q: %v", path, got, err)
		}
	}
	if _, err := os.Stat(named); !os.IsNotExist(err) {
		t.Error("a second name stays")
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

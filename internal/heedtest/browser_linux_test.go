package heedtest_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"heed/internal/heedtest"
)

// TestChromiumEndsWithWhoeverStartedIt: a test beside the one that has a browser panics, and
// no process of that browser is left.
func TestChromiumEndsWithWhoeverStartedIt(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a browser")
	}
	if os.Getenv("HEED_TEST_PANICS") != "" {
		started := make(chan bool)
		t.Run("has a browser", func(t *testing.T) {
			t.Parallel()
			heedtest.Start(t)
			close(started)
			select {}
		})
		t.Run("panics", func(t *testing.T) {
			t.Parallel()
			<-started
			panic("beside a browser")
		})
		return
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChromiumEndsWithWhoeverStartedIt$", "-test.parallel=2")
	cmd.Env = append(os.Environ(), "HEED_TEST_PANICS=1", "TMPDIR="+dir)
	if out, err := cmd.CombinedOutput(); !bytes.Contains(out, []byte("beside a browser")) {
		t.Fatalf("it did not panic: %v\n%s", err, out)
	}
	n := 0
	for range 100 {
		if n = running(t, dir); n == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("%d processes of Chromium are left", n)
}

// running counts the processes that were started with a folder among their words.
func running(t *testing.T, dir string) (n int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if words, err := os.ReadFile(f); err == nil && bytes.Contains(words, []byte(dir)) {
			n++
		}
	}
	return n
}

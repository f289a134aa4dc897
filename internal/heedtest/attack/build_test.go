package attack_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

var built struct {
	sync.Mutex
	dir string
}

// program builds the real program once and gives its path.
func program(t testing.TB) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if built.dir == "" {
		dir, err := os.MkdirTemp("", "heedprogram")
		check(t, err)
		out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "heed"), "heed/cmd/heed").CombinedOutput()
		if err != nil {
			t.Fatalf("build: %v: %s", err, out)
		}
		built.dir = dir
	}
	return filepath.Join(built.dir, "heed")
}

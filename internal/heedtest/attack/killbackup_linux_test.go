package attack_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"heed/internal/clock"
	"heed/internal/store/storetest"
)

// TestAKilledBackupLeavesNothing: a backup that is killed half way leaves a part beside the
// file that it was to be. The next one in that folder takes it away, once nobody can be
// writing it any more; a fresh one it leaves alone.
func TestAKilledBackupLeavesNothing(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); killedBackup(t, "") })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); killedBackup(t, storetest.Postgres(t)) })
}

func killedBackup(t *testing.T, db string) {
	c, _ := installation(t, db)
	folder := t.TempDir()
	parts := func() []string {
		all, err := filepath.Glob(filepath.Join(folder, ".*"))
		check(t, err)
		return all
	}
	args := []string{"backup", filepath.Join(folder, "killed.backup"), "--data", c.Data}
	if db != "" {
		args = append(args, "--db", db)
	}
	cmd := exec.Command(program(t), args...)
	cmd.Stderr = full(t) // there it says how far it has come: it stands still at its first table
	check(t, cmd.Start())
	until(t, "a backup is under way", func() bool { return len(parts()) == 1 })
	check(t, cmd.Process.Kill())
	_ = cmd.Wait() //nolint:errcheck // it was killed
	left := parts()
	if len(left) != 1 {
		t.Fatalf("control: the killed backup left %v", left)
	}
	if out, code := heed(t, c, "backup", filepath.Join(folder, "first.backup")); code != 0 {
		t.Fatalf("the next backup: %s", out)
	}
	if !slices.Equal(parts(), left) {
		t.Errorf("what may be being written was taken away: %v", parts())
	}
	old := clock.System{}.Now().Add(-11 * time.Minute)
	check(t, os.Chtimes(left[0], old, old))
	if out, code := heed(t, c, "backup", filepath.Join(folder, "second.backup")); code != 0 {
		t.Fatalf("the one after: %s", out)
	}
	if all := parts(); len(all) > 0 {
		t.Errorf("a killed backup left %v", all)
	}
	if _, err := os.Lstat(filepath.Join(folder, "killed.backup")); err == nil {
		t.Error("a killed backup has a name")
	}
}

// full is a pipe that takes no byte more: whoever writes to it waits.
func full(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	check(t, err)
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	check(t, w.SetWriteDeadline(clock.System{}.Now().Add(300*time.Millisecond)))
	if _, err := w.Write(make([]byte, 1<<20)); !os.IsTimeout(err) {
		t.Fatalf("a pipe takes a whole megabyte: %v", err)
	}
	return w
}

package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"heed/internal/store/engine"
)

// turns gives out named turns on one SQLite folder: within the process by a map,
// between processes by a lock on a file, which the system lets go when a process dies.
type turns struct {
	mu   sync.Mutex
	held map[string]bool
}

// try runs fn unless somebody else holds the turn of that name.
func (t *turns) try(ctx context.Context, dir, name string, fn func(context.Context) error) (bool, error) {
	t.mu.Lock()
	if t.held[name] {
		t.mu.Unlock()
		return false, nil
	}
	if t.held == nil {
		t.held = map[string]bool{}
	}
	t.held[name] = true
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		delete(t.held, name)
		t.mu.Unlock()
	}()
	sum := sha256.Sum256([]byte(name))
	locks := filepath.Join(dir, "locks")
	if err := os.MkdirAll(locks, 0o700); err != nil {
		return false, fmt.Errorf("make folder for locks: %w", diagnose(dir, err))
	}
	f, err := os.OpenFile(filepath.Join(locks, hex.EncodeToString(sum[:8])), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, fmt.Errorf("open lock: %w", diagnose(dir, err))
	}
	defer f.Close()
	if !lockFile(f) {
		return false, nil
	}
	return true, fn(ctx)
}

// wait is try, again and again until the turn comes.
func (t *turns) wait(ctx context.Context, dir, name string, fn func(context.Context) error) error {
	return engine.UntilRan(ctx, func() (bool, error) { return t.try(ctx, dir, name, fn) })
}

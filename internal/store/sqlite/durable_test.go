package sqlite

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/fail"
)

func TestThatMayForgetIsRefused(t *testing.T) {
	for _, c := range []struct {
		version, journal string
		synchronous      int
		sound            bool
	}{
		{"3.53.4", "wal", 2, true}, {"3.51.3", "wal", 3, true}, {"4.0.0", "wal", 2, true},
		{"3.51.2", "wal", 2, false}, {"3.9.9", "wal", 2, false}, {"3.51", "wal", 2, false}, {"", "wal", 2, false},
		{"x.y.z", "wal", 2, false},
		{"3.53.4", "wal", 1, false}, {"3.53.4", "wal", 0, false},
		{"3.53.4", "delete", 2, false}, {"3.53.4", "memory", 2, false},
	} {
		if err := durable(c.version, c.journal, c.synchronous); (err == nil) != c.sound || !c.sound &&
			!fail.Is(err, fail.Conflict) {
			t.Errorf("SQLite %s, journal %s, synchronous %d: %v", c.version, c.journal, c.synchronous, err)
		}
	}
}

// The check reads the settings back from the connection, so a wrong pragma is seen.
func TestSettingsAreReadBack(t *testing.T) {
	for pragma, sound := range map[string]bool{"synchronous(full)": true, "synchronous(normal)": false,
		"journal_mode(delete)": false} {
		name, _, _ := strings.Cut(pragma, "(")
		pragmas := []string{pragma}
		for _, p := range writePragmas {
			if !strings.HasPrefix(p, name) {
				pragmas = append(pragmas, p)
			}
		}
		db, err := sql.Open("sqlite", dsn(filepath.Join(t.TempDir(), "heed.db"), pragmas))
		if err != nil {
			t.Fatal(err)
		}
		if err := check(context.Background(), db); (err == nil) != sound {
			t.Errorf("%s: %v", pragma, err)
		}
		db.Close()
	}
}

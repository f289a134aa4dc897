package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"heed/internal/fail"
	"heed/internal/store/engine"
)

// migrationWait is for how many seconds the session of a killed migration is waited for.
const migrationWait = 60

//go:embed migrations/*.sql
var own embed.FS

// migrate brings the tables up to date, forward only. Packages have ranges of
// numbers, so a lower number may arrive later. A store that knows a change which
// this program does not know is newer: it is refused, and nothing is touched. It is
// too old when that change was withdrawn: another of its range, with a higher number
// that the store does not have, came in its stead.
// The caller sees to it that no other process migrates at the same time. One that was
// killed may still be at it in its session of the server: that session holds a lock until
// it has ended, or a sequence of ours would come by another name beside the one it has
// made and not yet given up.
func migrate(ctx context.Context, d *engine.Dialect, db *sql.DB, sources []fs.FS) error {
	all, err := merged(d, slices.Concat([]fs.FS{own}, sources))
	if err != nil {
		return err
	}
	how := []goose.ProviderOption{goose.WithAllowOutofOrder(true), goose.WithDisableGlobalRegistry(true)}
	if d.Server {
		alone, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, migrationWait))
		if err != nil {
			return fmt.Errorf("collect migrations: %w", err)
		}
		how = append(how, goose.WithSessionLocker(alone))
	}
	p, err := goose.NewProvider(d.Goose, db, all, how...)
	if err != nil {
		return fmt.Errorf("collect migrations: %w", err)
	}
	known := map[int64]bool{0: true}
	for _, s := range p.ListSources() {
		known[s.Version] = true
	}
	applied, err := appliedVersions(ctx, d, db)
	if err != nil {
		return err
	}
	for _, v := range applied {
		if !known[v] {
			words := wordsNewer
			for k := range known {
				if k/100 == v/100 && k > v && !slices.Contains(applied, k) {
					words = wordsOlder
				}
			}
			return fail.New(fail.Conflict, words, v)
		}
		delete(known, v)
	}
	delete(known, 0)
	if len(known) == 0 {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		if d.IsThere(err) { // what it would make was made before
			return fail.Wrap(fail.Conflict, err, wordsUnlisted)
		}
		if ctx.Err() == nil && strings.Contains(err.Error(), "acquire lock") { // goose has no error of its own for it
			return fail.Wrap(fail.Busy, err, wordsMigrating)
		}
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// unlisted names the changes that the database has had by its tables, and not by its own list.
func unlisted(tx *Tx, want Schema) ([]string, error) {
	all, err := merged(tx.dialect, append([]fs.FS{own}, want.Migrations...))
	if err != nil {
		return nil, err
	}
	applied, err := All(tx, func(v *int64) []any { return []any{v} }, `select version_id from goose_db_version`)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	var found []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		var version int64
		if _, err := fmt.Sscanf(name, "%d_", &version); err != nil {
			return nil, fmt.Errorf("a migration is called %s: %w", name, err)
		}
		if !slices.Contains(applied, version) {
			found = append(found, fmt.Sprintf("the table goose_db_version does not list change %d", version))
		}
	}
	return found, nil
}

// appliedVersions are the changes that the database has; none on a new one.
func appliedVersions(ctx context.Context, d *engine.Dialect, db *sql.DB) ([]int64, error) {
	var n int
	if err := db.QueryRowContext(ctx, d.History).Scan(&n); err != nil {
		return nil, fmt.Errorf("look for migrations: %w", err)
	}
	if n == 0 {
		return nil, nil
	}
	rows, err := db.QueryContext(ctx, "select version_id from goose_db_version order by version_id")
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	defer rows.Close()
	var all []int64
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil || len(all) > 0 {
		return all, err
	}
	return nil, fail.New(fail.Conflict, wordsUnlisted)
}

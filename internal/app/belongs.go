package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"heed/internal/clock"
	"heed/internal/durable"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/vault"
)

// The folder remembers which database it belongs to, outside that database: keys
// alone would take an empty one for theirs, and serve it as if nothing had ever
// been raised. A database is made by Init and Restore and by nothing else.

// fileBelongs holds what the folder remembers; fileSetUp marks a folder that init has not finished.
const (
	fileBelongs = "database.json"
	fileSetUp   = "being-set-up"
)

// rememberEvery is how often the length of the history is written down anew.
const rememberEvery = time.Minute

// belonging is a database as the folder knows it.
type belonging struct {
	Engine       string `json:"engine"`
	Installation id.Org `json:"installation"` // its first organisation
	History      int64  `json:"history"`      // the number of the last entry when last seen
	// Restored: it was put back on purpose, and the log's files still say more.
	Restored bool `json:"restored,omitempty"`
}

func (c Config) belongsPath() string { return filepath.Join(c.Data, fileBelongs) }

// remembered is what the folder remembers; nil when it remembers nothing.
func (c Config) remembered() (*belonging, error) {
	raw, err := os.ReadFile(c.belongsPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // a folder whose keys were just put back
	}
	if err != nil {
		return nil, fail.Wrap(fail.Refused, err, "%s cannot be read by this user: run heed as the user who owns it",
			c.belongsPath())
	}
	b := new(belonging)
	if err := json.Unmarshal(raw, b); err != nil {
		return nil, fail.Wrap(fail.Tampered, err, "%s is damaged. When you are sure that --data and --db name the right "+
			"database, remove that file and start again", c.belongsPath())
	}
	return b, nil
}

// expects refuses, before anything is opened or made, a database that cannot be the folder's.
func (c Config) expects(ctx context.Context) error {
	if _, err := os.Lstat(c.setUpPath()); err == nil {
		return fail.New(fail.Conflict, "Setting up %s was stopped before it was finished. Run heed init again, as you "+
			"did: it begins anew", c.Data)
	}
	if err := c.sameEngine(); err != nil {
		return err
	}
	if c.DB != "" {
		return c.postgresThere(ctx)
	}
	path := filepath.Join(c.Data, fileDatabase)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fail.New(fail.Missing, "The database %s is not there, and nothing was made in its place. Put it back, or "+
			"restore a backup with heed restore FILE --data %s; if this installation is on PostgreSQL, name it with --db",
			path, c.Data)
	} else if err != nil {
		return fail.Wrap(fail.Refused, err, "The database %s cannot be read by this user: run heed as the user who owns it",
			path)
	}
	return nil
}

// sameEngine refuses a database of another engine than the folder's: --db was forgotten, or is too much.
func (c Config) sameEngine() error {
	b, err := c.remembered()
	switch {
	case err != nil || b == nil || b.Engine == c.engine():
		return err
	case c.DB == "":
		return fail.New(fail.Conflict, "The folder %s belongs to a PostgreSQL database: name it with --db or HEED_DB. "+
			"Nothing was made", c.Data)
	}
	return fail.New(fail.Conflict, "The folder %s belongs to the SQLite database in it, and --db or HEED_DB names "+
		"PostgreSQL: leave it away, or name another folder with --data. Nothing was made", c.Data)
}

func (c Config) engine() string {
	if c.DB == "" {
		return "sqlite"
	}
	return "postgres"
}

// postgresThere looks for Heed's tables before any are made: a mistyped name must
// not leave them in a database of somebody else.
func (c Config) postgresThere(ctx context.Context) error {
	taken, _, err := c.inPostgres(ctx)
	if err == nil && !slices.Contains(taken, heedsTable) {
		return errEmpty()
	}
	return err
}

// unused refuses a PostgreSQL database that is something else's, before tables are
// made in it, and says whether an installation is there. What is left of an attempt
// that was stopped is neither.
func (c Config) unused(ctx context.Context) (installed bool, err error) {
	if c.DB == "" {
		return false, nil
	}
	taken, installed, err := c.inPostgres(ctx)
	if err != nil || slices.ContainsFunc(taken, begun) || len(taken) == 0 {
		return installed, err
	}
	name, owner := c.database()
	return false, fail.New(fail.Conflict, "The database %s is used by something else: it holds %s. "+
		"Heed needs one for itself. Make it, and name it with --db: createdb --owner %s NAME. Nothing was made",
		name, strings.Join(taken[:min(len(taken), 5)], ", "), owner)
}

// heedsTable is the table by which a database of Heed's is known.
const heedsTable = "key_org"

// begun says that a table is one of the first that Heed makes, at which it may have been stopped.
func begun(table string) bool {
	return table == "goose_db_version" || table == "store_probe" || table == heedsTable
}

// inPostgres is what the database of --db holds, and whether that is an installation. It changes nothing.
func (c Config) inPostgres(ctx context.Context) (taken []string, installed bool, err error) {
	s, err := store.Open(ctx, store.Options{URL: c.DB, ReadOnly: true, Clock: clock.System{}})
	if err != nil {
		return nil, false, c.reachable(err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if taken, err = s.Taken(ctx); err != nil || !slices.Contains(taken, heedsTable) {
		return taken, false, err
	}
	err = s.View(ctx, func(tx *store.Tx) error {
		first, err := vault.First(tx)
		installed = !first.IsZero()
		return err
	})
	return taken, installed, err
}

func errEmpty() error {
	return fail.New(fail.Missing, "There is no installation in this database, and nothing was made in it. Name the "+
		"right one with --db or HEED_DB, or restore a backup into it with heed restore FILE. A new installation is made "+
		"with heed init")
}

// Memory is what a folder remembers of its database.
type Memory struct {
	c      Config
	before *belonging // nil: nothing
}

// Recall refuses a database that cannot be the folder's, for who only looks: it needs
// no keys. It is asked before a copy of the database is made, which may go on growing.
func Recall(ctx context.Context, c Config) (m Memory, err error) {
	m.c = c
	if err = c.expects(ctx); err == nil {
		m.before, err = c.remembered()
	}
	if fail.Is(err, fail.Missing) && c.DB == "" {
		if none := c.keysThere(); fail.Is(none, fail.Missing) { // nor is anything else of one
			return m, none
		}
	}
	return m, err
}

// Fits refuses, for who only looks, a database that is not the one that the folder
// remembers, and a log key that is another's. That the folder remembers a longer
// history is given in words: it is something to be found.
func (m Memory) Fits(ctx context.Context, s *store.Store) (longer string, err error) {
	now, err := m.c.fits(ctx, s, m.before)
	if err == nil && m.before != nil && now.History < m.before.History {
		longer = fmt.Sprintf(wordsShorter, now.History, m.before.History)
	}
	return longer, err
}

const wordsShorter = "ends with entry %d, and when it was last seen it had %d"

// asSeen is the database as it is now: the installation that the folder remembers, where
// it is in there. It opens nothing that is sealed.
func asSeen(ctx context.Context, s *store.Store, before *belonging) (belonging, error) {
	b := belonging{Engine: s.Engine()}
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		there := false
		if before != nil {
			if there, err = vault.Has(tx, before.Installation); err != nil {
				return err
			}
		}
		if there {
			b.Installation = before.Installation
		} else if b.Installation, err = vault.First(tx); err != nil {
			return err
		}
		b.History, err = ledger.Last(tx)
		return err
	})
	return b, err
}

// fits gives the database as it is, when it is the one that the folder remembers.
func (c Config) fits(ctx context.Context, s *store.Store, before *belonging) (now belonging, err error) {
	now, err = asSeen(ctx, s, before)
	switch {
	case err != nil:
		return now, err
	case now.Installation.IsZero():
		return now, errEmpty()
	case before != nil && before.Installation != now.Installation:
		return now, fail.New(fail.Conflict, "The folder %s belongs to another installation than this database. "+
			"Name the right ones with --data and --db", c.Data)
	}
	return now, c.logKeyFits(ctx, s)
}

// logKeyFits refuses a log key that is another installation's: what it signs nobody
// would take for this log's.
func (c Config) logKeyFits(ctx context.Context, s *store.Store) error {
	key, err := LogVerifier(c)
	if err != nil {
		return nil //nolint:nilerr // whoever needs it says why it cannot be read
	}
	return s.View(ctx, func(tx *store.Tx) error {
		origin, other, err := ledger.SignedByAnother(tx, key)
		if err == nil && other {
			err = fail.New(fail.Conflict, "%s is not the key of this installation's log: it is that of %s, and the history "+
				"here was signed for %s. "+
				"Put the right one back from its copy in the safe", c.logKey(), key.Name(), origin)
		}
		return err
	})
}

// belongs refuses a database that is not the one that the folder remembers, or
// whose history is shorter than it was, or other.
func (a *App) belongs(ctx context.Context) error {
	b, err := a.Config.remembered()
	if err != nil {
		return err
	}
	now, err := a.Config.fits(ctx, a.Store, b)
	switch {
	case err != nil:
		return err
	case b == nil:
		return nil
	case now.History < b.History:
		return a.older(nil, wordsShorter, now.History, b.History)
	case b.Restored:
		return nil
	}
	why, err := a.Ledger.Behind(ctx)
	if why != nil {
		return a.older(why, "is not the one that was signed last")
	}
	return err
}

func (a *App) older(why error, how string, args ...any) error {
	return fail.Wrap(fail.Stale, why, "The history of this database %s: an older copy was put in its place. Put the "+
		"later one back. "+
		"To go back to a backup on purpose, use heed restore; when that was done by other means, remove %s and start again",
		fmt.Sprintf(how, args...), a.Config.belongsPath())
}

// remember writes down how long the history is now. That it was longer is not forgotten.
func (a *App) remember(ctx context.Context) error {
	before, err := a.Config.remembered()
	if err != nil {
		return err
	}
	now, err := asSeen(ctx, a.Store, before)
	if err != nil {
		return err
	}
	if before == nil || before.Restored {
		if now.Restored, err = a.behind(ctx); err != nil {
			return err
		}
	}
	switch {
	case before == nil:
	case *before == now:
		return nil
	case before.Installation == now.Installation && now.History < before.History:
		return a.older(nil, wordsShorter, now.History, before.History)
	}
	return a.note(now)
}

// restored notes a database that was put back on purpose: it is the folder's from now on.
func (a *App) restored(ctx context.Context) error {
	now, err := asSeen(ctx, a.Store, nil)
	if err = errors.Join(err, a.Config.logKeyFits(ctx, a.Store)); err != nil {
		return err
	}
	if now.Restored, err = a.behind(ctx); err != nil {
		return err
	}
	return a.note(now)
}

func (a *App) behind(ctx context.Context) (bool, error) {
	why, err := a.Ledger.Behind(ctx)
	return why != nil, err
}

func (a *App) note(now belonging) error {
	raw, err := json.Marshal(now)
	if err != nil {
		return fmt.Errorf("remember the database: %w", err)
	}
	if err := durable.Replace(a.Config.belongsPath(), append(raw, '\n')); err != nil {
		kind := fail.ReadOnly
		if durable.Full(err) {
			kind = fail.Full
		}
		return fail.Wrap(kind, err, "%s cannot be written: see that the folder belongs to the user who runs heed, "+
			"and that the disk has room", a.Config.belongsPath())
	}
	return nil
}

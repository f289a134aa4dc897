package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"heed/internal/app"
	"heed/internal/backup"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/vault"
)

type backupCmd struct {
	place `embed:""`
	File  string `arg:"" help:"The file to write. It is sealed; keep the key file elsewhere." type:"path"`
}

func (backupCmd) Help() string {
	return `    heed backup /backups/heed-monday.backup
    heed keys copy /safe/generations-monday.keys

In this order, while Heed runs. The backup is sealed with the key file: keep copies of the key file and of log.key in another place, because without them no backup can be opened.`
}

func (c *backupCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		keys, err := vault.OpenKeyFile(a.Config.KeyFilePath())
		if err != nil {
			return err
		}
		all, err := a.Directory.Organisations(env.Ctx)
		if err != nil {
			return err
		}
		orgs := make([]id.Org, len(all))
		for i, o := range all {
			orgs[i] = o.ID
		}
		return c.write(env, a, keys, orgs)
	})
}

// write goes to a file beside the one that was named and puts it in place when it
// is whole and on the disk: a backup that was stopped leaves nothing behind.
func (c *backupCmd) write(env *Env, a *app.App, keys *vault.KeyFile, orgs []id.Org) (err error) {
	if _, err := os.Stat(c.File); err == nil {
		return fail.New(fail.Conflict, "There is a file at %s already: name another", c.File)
	}
	f, err := beside(c.File)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreGone(os.Remove(f.Name())))
		}
	}()
	if err := backup.Write(env.Ctx, a.Store, keys, orgs, a.Clock, f, progress(env)); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fail.Wrap(fail.Full, err, "The backup could not be written whole: nothing was kept of it")
	}
	if err := putInPlace(f.Name(), c.File); err != nil {
		return err
	}
	env.say("Saved to %s. The key file and the key store are not in it.", c.File)
	return nil
}

func ignoreGone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func progress(env *Env) backup.Progress {
	return func(table string, rows int64) {
		if rows > 0 {
			fmt.Fprintf(env.Err, "%s: %s\n", table, plain.Count(int(rows), "row", "rows"))
		}
	}
}

type restoreCmd struct {
	place `embed:""`
	File  string `arg:"" help:"The backup." type:"path"`
	With  string `env:"-" name:"sealed-with" help:"The key file of when the backup was made, if the organisation's key was changed since." type:"path"`
}

func (restoreCmd) Help() string {
	return `Into a new folder, with the keys put there first:

    install -d -m 700 /srv/heed
    install -m 600 /safe/heed.key /safe/log.key /safe/generations.keys /srv/heed/
    heed restore heed-monday.backup --data /srv/heed
    heed verify --data /srv/heed

With --db the database must be empty. A backup made with SQLite can be restored to PostgreSQL, and the other way round. It is all or nothing: when it is stopped, do it again, and it goes on where it was.

The keys in the folder are the latest. Was the organisation's key changed since the backup? Then name the key file of then as well: --sealed-with old/heed.key`
}

// Run restores into an installation that has its keys and no history yet: with
// SQLite a folder with heed.key, log.key and generations.keys and no database.
func (c *restoreCmd) Run(env *Env) error {
	if f, err := os.Open(c.File); err != nil {
		return fail.Wrap(fail.Bad, err, "The backup %s is not there, or this user may not read it", c.File)
	} else if err := f.Close(); err != nil {
		return err
	}
	cfg := c.config()
	path := cfg.KeyFilePath()
	if c.With != "" {
		path = c.With
	}
	keys, err := vault.OpenKeyFile(path)
	if err != nil {
		return err
	}
	longer, err := app.Restore(env.Ctx, cfg, clock.System{}, env.Log, keys, func() (io.ReadCloser, error) {
		return os.Open(c.File)
	}, progress(env))
	if err != nil {
		return err
	}
	if len(longer) > 0 {
		env.say("The log was longer than this backup: the folder has it in\n  %s\nUntil those files are moved away Heed "+
			"serves, and the log stands still: verify and serve say that an older copy\n"+
			"was put back. When that is what you meant, and a second person has agreed to it, move them away.",
			strings.Join(longer, "\n  "))
	}
	env.say("Restored. Now prove it:\n  heed verify %s", c.where())
	return nil
}

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/durable"
	"heed/internal/fail"
	"heed/internal/plain"
)

type keysCmd struct {
	Copy   keysCopyCmd   `cmd:"" help:"Copy the key store (the generation keys) into a file, while Heed runs."`
	Change keysChangeCmd `cmd:"" help:"Change an organisation's key, on the word of its grantors."`
	Accept keysAcceptCmd `cmd:"" name:"accept-lost" help:"Last resort: go on without keys that no copy holds any more."`
	Again  keysAgainCmd  `cmd:"" name:"destroy-again" help:"Destroy again the keys of erased records that an older copy of the key store brought back."`
}

type keysCopyCmd struct {
	place `embed:""`
	File  string `arg:"" help:"The file to write; only you can read it." type:"path"`
}

func (keysCopyCmd) Help() string {
	return `    heed backup /backups/heed-monday.backup
    heed keys copy /safe/generations-monday.keys

Take it after the backup: a key store that is newer than the database fits it, an older one does not. Keep copies no longer than --backup-life of heed serve says: until the last is gone, a record that was erased could be brought back by whoever has it, the key file and an old backup.

To go back to a copy, put it at generations.keys in the folder (or at --key-store) with mode 0600.`
}

func (c *keysCopyCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		image, err := a.Vault.CopyKeyStore()
		if err != nil {
			return err
		}
		if err := writeNew(c.File, image); err != nil {
			return err
		}
		env.say("The key store is copied to %s. Keep it away from the backups of the database and from the key file.", c.File)
		return nil
	})
}

// writeNew puts a private file in place whole or not at all, and over nothing.
func writeNew(path string, content []byte) (err error) {
	f, err := beside(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreGone(os.Remove(f.Name()))) }()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fail.Wrap(fail.Full, err, "%s could not be written whole: nothing was kept of it", path)
	}
	return putInPlace(f.Name(), path)
}

const (
	partName  = ".heed-part-*"
	partStill = 10 * time.Minute // nobody writes so slowly: its command was killed
)

// beside opens a private file (0600) in the folder of another that is to be written
// whole. What a command that was killed has left there is taken away.
func beside(path string) (*os.File, error) {
	dir := filepath.Dir(path)
	left, _ := filepath.Glob(filepath.Join(dir, partName)) // only a bad pattern is an error
	for _, p := range left {
		if i, err := os.Stat(p); err == nil && (clock.System{}).Now().Sub(i.ModTime()) > partStill {
			_ = os.Remove(p) // the next command tries again
		}
	}
	f, err := os.CreateTemp(dir, partName)
	if err != nil {
		return nil, fail.Wrap(fail.Bad, err, "Nothing can be written in the folder %s by this user: make it, or name "+
			"another file", filepath.Dir(path))
	}
	return f, nil
}

// putInPlace gives a finished file its name durably, and never takes it from another.
func putInPlace(from, to string) error {
	err := durable.Link(from, to)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fail.New(fail.Conflict, "There is a file at %s already: name another", to)
	case err != nil:
		return fail.Wrap(fail.Bad, err, "Nothing can be written at %s", to)
	}
	return errors.Join(ignoreGone(os.Remove(from)), durable.SyncFolder(filepath.Dir(to)))
}

type keysChangeCmd struct {
	place  `embed:""`
	voices `embed:""`
	Org    string `env:"-" help:"Name of the organisation, when there are several."`
}

func (keysChangeCmd) Help() string {
	return `    heed keys change --grantor guardian --grantor executive

For when the key file may have been seen. A new key is made, everything that the old one wrapped is wrapped by the new one, and the old one is overwritten. Records are not written again, and Heed may go on running.

Afterwards put new copies of the key file and of the key store into the safe. Backups of the database from before need the old key file: keep its copy for as long as you keep them, or take a backup at once and destroy both.`
}

func (c *keysChangeCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		words, err := words(env, a, c.Grantor)
		if err != nil {
			return err
		}
		if err := a.Directory.EveryGrantor(env.Ctx, o.ID, words...); err != nil {
			return both(err)
		}
		if err := a.Vault.Rekey(env.Ctx, o.ID); err != nil {
			return err
		}
		if err := a.Directory.NoteKeysChanged(env.Ctx, o.ID, words...); err != nil {
			return fmt.Errorf("the key was changed, but not noted: %w", err)
		}
		env.say("The key of %s is changed.\n\nNow:\n  copy %s to the safe\n  heed backup FILE\n  heed keys copy FILE", o.Name,
			a.Config.KeyFilePath())
		return nil
	})
}

type keysAcceptCmd struct {
	place `embed:""`
	Yes   bool `env:"-" help:"Say that no newer copy of the key store exists anywhere." name:"no-newer-copy-exists"`
}

func (keysAcceptCmd) Help() string {
	return `When heed serve says that the key store is older than the database, put back its latest copy: that mends everything. Only when there is none anywhere:

    heed keys accept-lost --no-newer-copy-exists

It gives up the keys that are missing. The records under them (those begun since the copy was made) can NEVER be read again, by anybody; all others can. Their entries stay in the log, and heed verify goes on to prove them. That it was done is written to each organisation's record.

It cannot ask for the grantors' words, because the accounts cannot be read before it is done.`
}

func (c *keysAcceptCmd) Run(env *Env) error {
	if !c.Yes {
		return fail.New(fail.Bad, "This gives up records for ever. Look for a newer copy of the key store first. When "+
			"there is none anywhere, say so with --no-newer-copy-exists")
	}
	n, err := app.AcceptLostKeys(env.Ctx, c.config(), clock.System{}, env.Log)
	if err != nil {
		return err
	}
	env.say("%s can never be read again. Everything else can.", plain.Count(n, "record", "records"))
	return open(env, c.place, func(a *app.App) error {
		all, err := a.Directory.Organisations(env.Ctx)
		if err != nil {
			return err
		}
		for _, o := range all {
			if err := a.Directory.NoteKeysLost(env.Ctx, o.ID, n); err != nil {
				return fmt.Errorf("the keys were given up, but it is not noted: %w", err)
			}
		}
		return nil
	})
}

type keysAgainCmd struct {
	place  `embed:""`
	voices `embed:""`
}

func (keysAgainCmd) Help() string {
	return `    heed keys destroy-again --grantor guardian --grantor executive

For when heed serve says that the key store is older than the history: it is a copy from before records were erased, and holds their keys again. Put back its latest copy: that mends everything. Only when there is none anywhere, this destroys those keys again, on the word of the grantors. Which they are is read from the entries of the erasures in the signed log.

If keys are missing as well, heed keys accept-lost comes first. Until the copies of the key store from before are deleted, whoever has one, the key file and an old backup can bring the records back.`
}

func (c *keysAgainCmd) Run(env *Env) error {
	n, err := app.DestroyAgain(env.Ctx, c.config(), clock.System{}, env.Log, func(a *app.App, o directory.Organisation,
		records int) ([]directory.Word, error) {
		fmt.Fprintf(env.Err, "%s: the keys of %s are there again.\n", o.Name,
			plain.Count(records, "erased record", "erased records"))
		return words(env, a, c.Grantor)
	})
	if err != nil {
		return both(err)
	}
	env.say("The keys of %s are destroyed again.", plain.Count(n, "erased record", "erased records"))
	return nil
}

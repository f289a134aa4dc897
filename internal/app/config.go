package app

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"heed/internal/fail"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/provider"
	"heed/internal/witness"
	"heed/record"
)

// Version is the program's version, set when it is built.
var Version = "0.1.0"

// Config is where an installation is and how it is reached. Nothing in it is a secret.
type Config struct {
	Data string // the folder: keys, and with SQLite the database
	DB   string // postgres://…; empty for SQLite in the folder
	// KeyFile, KeyStore and LogKey are in the folder unless told. The key store has
	// a backup life of its own and is better on another disk.
	KeyFile, KeyStore, LogKey string

	PublicURL      string
	Plain          bool // plain HTTP on this machine only
	TrustedProxies []netip.Prefix
	Idle           time.Duration
	Beat           time.Duration // of the public checkpoint
	BackupLife     time.Duration
	Witnesses      []string // "URL VKEY" each, and "2 of 3" when not all must sign
	Mail           jobs.Mailer
	Providers      []provider.Config // at whom people may log in
	Clamd          string            // where documents are looked at: a socket's path, or host:port; "" for nowhere
	Demo           bool
	ReserveBytes   int64 // SQLite: room kept for recording readings when the disk is full; 8 MiB unless told
}

// The files of a folder.
const (
	fileKeys     = "heed.key"
	fileKeyStore = "generations.keys"
	fileLogKey   = "log.key"
	fileDemo     = "demo"
	fileDatabase = "heed.db"
	folderSpent  = "spent" // beside the key store, so that all machines share it
)

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (c Config) keyFile() string  { return or(c.KeyFile, filepath.Join(c.Data, fileKeys)) }
func (c Config) keyStore() string { return or(c.KeyStore, filepath.Join(c.Data, fileKeyStore)) }
func (c Config) spent() string    { return filepath.Join(filepath.Dir(c.keyStore()), folderSpent) }
func (c Config) logKey() string   { return or(c.LogKey, filepath.Join(c.Data, fileLogKey)) }

// logFiles are what the log keeps of itself outside the database.
func (c Config) logFiles() []string {
	return []string{filepath.Join(c.Data, ledger.FileState), filepath.Join(c.Data, ledger.FileCheckpoint)}
}

// KeyFilePath, KeyStorePath and LogKeyPath are where the keys are.
func (c Config) KeyFilePath() string { return c.keyFile() }

// KeyStorePath is where the generation keys are.
func (c Config) KeyStorePath() string { return c.keyStore() }

// LogKeyPath is where the log's signing key is.
func (c Config) LogKeyPath() string { return c.logKey() }

// beat is the pause between public checkpoints.
func (c Config) beat() time.Duration { return cmp.Or(c.Beat, ledger.DefaultBeat) }

func (c Config) sqlitePath() string {
	if c.DB != "" {
		return ""
	}
	return c.Data
}

// check refuses a folder that is not there, and keeps the demo and real
// installations apart.
func (c Config) check() error {
	if c.Data == "" {
		return fail.New(fail.Bad, "Name the folder of the installation with --data or HEED_DATA")
	}
	if err := c.keysThere(); err != nil {
		return err
	}
	_, err := os.Stat(filepath.Join(c.Data, fileDemo))
	switch {
	case err == nil && !c.Demo:
		return fail.New(fail.Conflict,
			"The folder %s belongs to the demo: it is not for real records. Use another with --data", c.Data)
	case err != nil && c.Demo:
		return fail.New(fail.Conflict, "The folder %s is not the demo's own. Use another with --data", c.Data)
	}
	return nil
}

// keysThere says why the key file cannot be used: no installation here, a lost file,
// or another user's folder.
func (c Config) keysThere() error {
	_, err := os.Lstat(c.keyFile())
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fail.Wrap(fail.Refused, err, "The folder %s cannot be looked into. Run heed as the user to whom it "+
			"belongs, and see that the path is right", filepath.Dir(c.keyFile()))
	}
	for _, sibling := range []string{c.logKey(), c.keyStore(), filepath.Join(c.Data, fileDatabase)} {
		if _, err := os.Lstat(sibling); err == nil {
			return fail.New(fail.Missing, "The key file %s is not there. Put it back from its copy in the safe: without it "+
				"nothing can be read", c.keyFile())
		}
	}
	if c.DB != "" {
		return fail.New(fail.Missing, "The keys of this database are not at %s: %s is not there. They are in the folder "+
			"in which heed init was run: name it with --data, or copy heed.key, log.key and generations.keys from there",
			c.Data, c.keyFile())
	}
	return fail.New(fail.Missing, "There is no installation at %s: its key file %s is not there. Make one with heed "+
		"init, or name the right folder with --data", c.Data, c.keyFile())
}

// reachable says in words why the database cannot be used when the program starts.
func (c Config) reachable(err error) error {
	if c.DB == "" {
		return err
	}
	var said interface{ SQLState() string }
	if errors.As(err, &said) {
		if words, known := refusals[said.SQLState()]; known {
			name, owner := c.database()
			return fail.Wrap(fail.Refused, err, "%s", strings.NewReplacer("DATABASE", name, "OWNER", owner).Replace(words))
		}
	}
	if fail.Is(err, fail.Busy) {
		return fail.Wrap(fail.Busy, err, "The PostgreSQL database of --db or HEED_DB cannot be reached. Look whether it "+
			"runs, and whether its address, name and password are right")
	}
	return err
}

// database is the name and the user in --db, as a shell and SQL take them.
func (c Config) database() (name, owner string) {
	name, owner = "NAME", "USER"
	u, err := url.Parse(c.DB)
	if err != nil {
		return name, owner
	}
	if u.User != nil && word.MatchString(u.User.Username()) {
		owner = u.User.Username()
		name = owner // as PostgreSQL itself takes it
	}
	if path := strings.TrimPrefix(u.Path, "/"); word.MatchString(path) {
		name = path
	}
	return name, owner
}

var word = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// refusals are what PostgreSQL says no with at the start (appendix A of its manual).
var refusals = map[string]string{
	"3D000": "The database that --db or HEED_DB names is not on that server. Make it there with: createdb --owner " +
		"OWNER DATABASE",
	"28000": "The server lets nobody in by the name in --db or HEED_DB. Look at the name, " +
		"and at pg_hba.conf on the server",
	"28P01": "The password for the database is not right. Give it in --db or HEED_DB, or in PGPASSWORD",
	"42501": "The user of the database may not make or use tables there. As the owner of the database type: grant " +
		"create, usage on schema public to OWNER",
	"3F000": "The database has no schema in which tables can be made. " +
		"As its owner type: create schema authorization OWNER",
}

// witnesses are those that must sign what is public, and how many of them; 0 for all.
func (c Config) witnesses() (out []ledger.Witness, quorum int, err error) {
	for _, w := range c.Witnesses {
		var of int
		if n, err := fmt.Sscanf(w, "%d of %d", &quorum, &of); err == nil && n == 2 {
			if of != len(c.Witnesses)-1 || quorum < 1 || quorum > of {
				return nil, 0, fail.New(fail.Bad, "--witness says %q and names %d witnesses: say how many of those that are "+
					"named must sign, such as 2 of 3", w, len(c.Witnesses)-1)
			}
			continue
		}
		address, vkey, ok := strings.Cut(strings.TrimSpace(w), " ")
		if !ok {
			return nil, 0, fail.New(fail.Bad, "A witness is its address and its public key, with a space between them")
		}
		v, err := record.ParseVerifier(strings.TrimSpace(vkey))
		if err != nil {
			return nil, 0, fail.Wrap(fail.Bad, err, "The public key of the witness at %s does not look right", address)
		}
		out = append(out, witness.Remote{URL: address, Verifier: v})
	}
	return out, quorum, nil
}

// readSigner reads the log's signing key, which others must not be able to read.
func readSigner(path string) (record.Signer, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return record.Signer{}, fail.Wrap(fail.Missing, err,
			"The log's signing key %s is not there. Put it back from its copy in the safe", path)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return record.Signer{}, fail.New(fail.Refused, "Others can read the log's signing key %s. Set it right with: "+
			"chmod 600 %s", path, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return record.Signer{}, fail.Wrap(fail.Missing, err, "The log's signing key %s cannot be read", path)
	}
	s, err := record.ParseSigner(strings.TrimSpace(string(text)))
	if err != nil {
		return record.Signer{}, fail.Wrap(fail.Tampered, err,
			"The log's signing key %s is damaged. Put it back from its copy in the safe", path)
	}
	return s, nil
}

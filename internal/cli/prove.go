package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
	"heed/internal/verify"
	"heed/internal/witness"
	"heed/record"
)

type verifyCmd struct {
	place   `embed:""`
	URL     string   `help:"A running log: https://heed.example.nhs.uk/log. Tiles and checkpoint only; give the log's public key with --log-vkey." name:"url"`
	Since   string   `help:"A checkpoint that you kept: shows that history since then was only added to." type:"path"`
	Receipt string   `help:"A receipt that somebody kept: shows that its entry is still there, or says that it is gone." type:"path"`
	LogKey  string   `help:"Public key of the log, as heed init printed it; from the folder when not given." name:"log-vkey"`
	Witness []string `help:"Public keys of witnesses whose signatures are to be checked." sep:"none"`
	NoKeys  bool     `help:"Do not open entries: compare them with the tree only."`
}

func (verifyCmd) Help() string {
	return `An installation, with its keys, while it runs or not:

    heed verify --data /srv/heed
    heed verify --data /srv/heed --db postgres://heed@host/heed

A log that somebody else runs, from its public pages:

    heed verify --url https://heed.example.nhs.uk/log --log-vkey "heed-1f…/log+5c…+AZ…"

That history was only added to since a checkpoint that you kept:

    curl -s https://heed.example.nhs.uk/log/checkpoint >monday.checkpoint
    heed verify --url https://heed.example.nhs.uk/log --since monday.checkpoint

That the entry of a receipt, which somebody downloaded when they sent a concern, is still there:

    heed verify --data /srv/heed --receipt note.txt

It writes nothing into the installation, and runs from a read-only copy of it too:
it works on a private copy of the database, for which TMPDIR must have room.

It exits with 0 when nothing was altered, with 1 when something was (each is named) or when it could not look or not finish (what it found by then is named), with 2 when the call is wrong or proves nothing: without a public key, keys or a kept checkpoint.`
}

func (c *verifyCmd) Run(env *Env) error {
	o := verify.Options{Fields: app.SealedFields(), Rows: app.RowTables(), Progress: func(verify.Progress) {}}
	cfg := c.config()
	switch {
	case c.URL != "":
		o.HTTP = c.URL
	case c.DB != "":
		o.URL = c.DB
	default:
		o.Path = c.Data
	}
	if o.HTTP == "" {
		o.Folder = c.Data
	}
	if o.HTTP == "" && !c.NoKeys {
		o.KeyFile, o.KeyStore = cfg.KeyFilePath(), cfg.KeyStorePath()
	}
	if err := c.keys(cfg, &o); err != nil {
		return err
	}
	if err := c.files(&o); err != nil {
		return err
	}
	r, compared, err := c.check(env, cfg, o)
	if err != nil && r.OK() {
		for _, w := range r.Warnings {
			env.say("Note: %s.", w)
		}
		return err
	}
	sayReport(env, r)
	if compared != nil {
		env.say("Compared %s, and everybody's look-ups, with the lists and duties made from them.", compared)
		if words := compared.Unlike(); words != "" {
			env.say("%s", words)
		}
	}
	switch {
	case !r.OK():
		env.say("%d differences were found.", r.Found)
		if err != nil { // what was found stands; what was not read is not vouched for
			return err
		}
		return exit(1)
	case !r.Proved:
		env.say("Nothing was proved: whoever can write what was read can write it anew. Give the log's public key with " +
			"--log-vkey, or a checkpoint that you kept with --since.")
		return exit(2)
	}
	env.say("Nothing was altered.")
	return nil
}

// files reads what somebody kept, and refuses a file that is no such thing.
func (c *verifyCmd) files(o *verify.Options) (err error) {
	if o.Since, err = kept(c.Since, "checkpoint", "https://…/log/checkpoint", func(b []byte) error {
		_, err := record.PeekCheckpoint(b)
		return err
	}); err != nil {
		return err
	}
	o.Receipt, err = kept(c.Receipt, "receipt", "the page that says that a concern was sent", record.PeekReceipt)
	return err
}

func kept(path, kind, from string, look func([]byte) error) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fail.Wrap(fail.Bad, err, "The %s %s cannot be read by this user", kind, path)
	}
	if err := look(b); err != nil {
		return nil, fail.Wrap(fail.Bad, err, "%s is not a %s. Name the file that was saved from %s. Nothing was checked",
			path, kind, from)
	}
	return b, nil
}

// check looks at all that can be looked at; compared is nil when lists were not.
func (c *verifyCmd) check(env *Env, cfg app.Config, o verify.Options) (r verify.Report, compared *app.Compared,
	err error) {
	if o.HTTP != "" {
		r, err = verify.Installation(env.Ctx, o)
		return r, nil, err
	}
	memory, err := app.Recall(env.Ctx, cfg)
	if err != nil {
		return r, nil, err
	}
	t, err := verify.Open(env.Ctx, o)
	if err != nil {
		return r, nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	longer, unread := memory.Fits(env.Ctx, t.Store)
	if unread != nil && !passes(unread) {
		return r, nil, unread
	}
	defer func() {
		if longer != "" {
			r.Add(verify.Difference{Kind: verify.Rollback, Where: "database.json", Leaf: -1, What: "the history " + longer})
		}
		err = errors.Join(err, unread)
	}()
	if o.KeyFile == "" {
		r, err = t.Check(env.Ctx)
		return r, nil, err
	}
	rows := make(chan rowsChecked, 1)
	go func() { rows <- checkRows(env.Ctx, cfg, t.Store) }() // beside the history, with the other core
	r, err = t.Check(env.Ctx)
	lists := <-rows
	for _, what := range lists.differences {
		r.Add(verify.Difference{Kind: verify.List, Where: "made from the history", Leaf: -1, What: what})
	}
	if err == nil && (passes(lists.err) || r.OK()) { // else what keeps the lists from being read is named already
		err = lists.err
	}
	if lists.err == nil {
		compared = &lists.compared
	}
	return r, compared, err
}

// passes says that a read was lost: what stands there may be read next time.
func passes(err error) bool { return fail.Is(err, fail.Busy) || fail.Is(err, fail.Full) }

type rowsChecked struct {
	compared    app.Compared
	differences []string
	err         error
}

func checkRows(ctx context.Context, cfg app.Config, s *store.Store) (c rowsChecked) {
	c.compared, c.err = app.CheckRows(ctx, cfg, s, func(what string) { c.differences = append(c.differences, what) })
	if damage := s.Intact(ctx); fail.Is(damage, fail.Conflict) { // a page that no entry stands on
		c.differences = append(c.differences, fail.Words(damage))
	}
	return c
}

// sayReport says what was looked at, what was found, and what could not be seen.
func sayReport(env *Env, r verify.Report) {
	env.say("Log %s: %d leaves, %d of them public, root %s", r.Origin, r.Size, r.Public, r.Root)
	env.say("Looked at %d entries of %d records (%d opened, %d erased, %d not numbered yet), %d tiles, %d checkpoints, "+
		"%d other sealed fields, %d rows that were imported, in %s.",
		r.Entries, r.Records, r.Opened, r.Erased, r.Waiting, r.Tiles, r.Checkpoints, r.Fields, r.Rows,
		r.Took.Round(time.Millisecond))
	for _, w := range r.Witnessed {
		env.say("Witness %s signed %d leaves, last on %s.", w.Name, w.Size, w.At.UTC().Format("2 January 2006 at 15:04 UTC"))
	}
	if r.Receipt != "" {
		env.say("%s", r.Receipt)
	}
	for _, w := range r.Warnings {
		env.say("Note: %s.", w)
	}
	env.say("Checked: %s.", strings.Join(r.Checked, "; "))
	for _, d := range r.Differences {
		env.say("Altered: %s", d)
	}
}

// keys finds the public keys against which signatures are checked.
func (c *verifyCmd) keys(cfg app.Config, o *verify.Options) error {
	parse := func(flag, s string) (record.Verifier, error) {
		v, err := record.ParseVerifier(strings.TrimSpace(s))
		if err != nil {
			return v, fail.Wrap(fail.Bad, err, "%s is not a public key as it was printed: a name, + and 8 characters, + "+
				"and the key", flag)
		}
		return v, nil
	}
	var err error
	if c.LogKey != "" {
		if o.Log, err = parse("--log-vkey", c.LogKey); err != nil {
			return err
		}
	} else if o.HTTP == "" {
		if v, err := app.LogVerifier(cfg); err == nil {
			o.Log = v
		}
	}
	for _, w := range c.Witness {
		v, err := parse("--witness", w)
		if err != nil {
			return err
		}
		o.Witnesses = append(o.Witnesses, v)
	}
	return nil
}

type witnessCmd struct {
	State string   `help:"The witness's memory. A witness that loses it is retired, not begun again." default:"heed-witness/state" type:"path" env:"HEED_WITNESS_STATE"`
	Key   string   `help:"The witness's own signing key." default:"heed-witness/witness.key" type:"path" env:"HEED_WITNESS_KEY"`
	Name  string   `help:"With --new: the witness's name." default:"witness"`
	New   bool     `help:"Make a key and an empty memory, once."`
	Addr  string   `help:"Where to listen." default:"127.0.0.1:8440" env:"HEED_WITNESS_ADDR"`
	Log   []string `help:"Public key of a log to watch, as heed init printed it. Its name is its origin." sep:"none" env:"HEED_WITNESS_LOGS"`
}

func (witnessCmd) Help() string {
	return `Once, to make the witness; it prints its public key:

    heed witness --new --name witness.example.org --log "heed-1f…/log+5c…+AZ…"

Afterwards:

    heed witness --log "heed-1f…/log+5c…+AZ…"

At the installation that is witnessed:

    heed serve --witness "https://witness.example.org/ witness.example.org+7a…+BM…"`
}

func (c *witnessCmd) Run(env *Env) error {
	logs := map[string]record.Verifier{}
	for _, l := range c.Log {
		v, err := record.ParseVerifier(strings.TrimSpace(l))
		if err != nil {
			return fail.Wrap(fail.Bad, err, "--log is not the public key of a log as heed init printed it")
		}
		logs[v.Name()] = v
	}
	signer, err := c.signer()
	if err != nil {
		return err
	}
	w, err := witness.Open(witness.Options{State: c.State, Initialise: c.New, Signer: signer, Logs: logs,
		Clock: clock.System{}, Log: env.Log})
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fail.Wrap(fail.Bad, err, "Nothing can listen at %s: choose another with --addr", c.Addr)
	}
	if len(logs) == 0 {
		env.say("Note: no log is watched. Name one with --log.")
	}
	env.say("Public key of this witness:\n  %s\nOpen http://%s", w.Verifier(), l.Addr())
	srv := w.Server(c.Addr)
	go func() { <-env.Ctx.Done(); _ = srv.Close() }()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// signer reads the witness's key, or makes it with --new.
func (c *witnessCmd) signer() (record.Signer, error) {
	text, err := os.ReadFile(c.Key)
	if err == nil {
		s, err := record.ParseSigner(strings.TrimSpace(string(text)))
		if err != nil {
			return s, fail.Wrap(fail.Tampered, err, "The witness's key %s is damaged", c.Key)
		}
		return s, nil
	}
	if !c.New {
		return record.Signer{}, fail.Wrap(fail.Missing, err, "The witness's key %s is not there. Make a witness with "+
			"--new, once", c.Key)
	}
	s, err := record.NewCosigner(c.Name)
	if err != nil {
		return s, fail.Wrap(fail.Bad, err, "The name of a witness must be without spaces and plus signs")
	}
	if err := os.MkdirAll(filepath.Dir(c.Key), 0o700); err != nil {
		return s, fail.Wrap(fail.Bad, err, "The folder of the witness's key cannot be made")
	}
	if err := os.WriteFile(c.Key, []byte(s.Text()+"\n"), 0o600); err != nil {
		return s, fail.Wrap(fail.Bad, err, "The witness's key cannot be written")
	}
	return s, nil
}

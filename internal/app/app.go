// Package app puts the parts of Heed together: the one list of what there is, and
// the only package that knows all of it.
//
// It keeps true: a process either starts whole, on a store that keeps its
// promises and with the keys that belong to it, or refuses in words that name the
// remedy; what runs in the background ends before the store is closed.
//
// Trusted with the paths of keys and with nothing that is in them.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"heed/internal/access"
	"heed/internal/account"
	"heed/internal/api"
	"heed/internal/backup"
	"heed/internal/bulk"
	"heed/internal/clock"
	"heed/internal/concern"
	"heed/internal/concern/concernweb"
	"heed/internal/directory"
	"heed/internal/directory/bodies"
	"heed/internal/document"
	"heed/internal/document/keep"
	"heed/internal/fail"
	"heed/internal/home"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/ledger/ledgerweb"
	"heed/internal/provider"
	"heed/internal/room"
	"heed/internal/room/roomweb"
	"heed/internal/session"
	"heed/internal/spent"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/internal/web"
	"heed/internal/web/assets"
	"heed/internal/web/design"
)

// App is a running installation.
type App struct {
	Config    Config
	Clock     clock.Clock
	Log       *slog.Logger
	Store     *store.Store
	Vault     *vault.Vault
	Ledger    *ledger.Log
	Policy    *access.Policy
	Jobs      *jobs.Queue
	Directory *directory.Desk
	Bulk      *bulk.Desk
	Bodies    *bodies.Desk
	Concerns  *concern.Desk
	Rooms     *room.Desk
	Sessions  *session.Keeper

	api     *api.API
	site    *web.Site
	tasks   *supervisor
	beside  []task
	health  health
	proof   proof
	notices notices
	spent   *spent.Book
	spool   *document.Spool
}

// Migrations are the kernel tables of every room.
func Migrations() []fs.FS {
	return []fs.FS{vault.Migrations, ledger.Migrations, jobs.Migrations, session.Migrations, directory.Migrations,
		concern.Migrations, backup.Migrations, room.Migrations, keep.Migrations, bulk.Migrations, bodies.Migrations}
}

// Open brings an installation up in one order, and nothing is served before all
// agree: the database, its keys, its history, both brought together, the
// lists that are made from them, then what answers.
func Open(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger) (*App, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := c.expects(ctx); err != nil {
		return nil, err
	}
	return bringUp(ctx, c, clk, log, (*App).belongs, (*App).settle)
}

// settle brings database and key store together.
func (a *App) settle(ctx context.Context) error { return a.Vault.Settle(ctx, a.Rooms) }

// bringUp asks first whether the database belongs to the folder, before anything is
// settled between them, and has the folder remember it at the end.
func bringUp(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger, belongs,
	settle func(*App, context.Context) error) (_ *App, err error) {
	a := &App{Config: c, Clock: clk, Log: log, tasks: newSupervisor(clk, log), health: health{opened: clk.Now()}}
	a.Store, err = store.Open(ctx, store.Options{Path: c.sqlitePath(), URL: c.DB, Clock: clk, Migrations: Migrations(),
		ReserveBytes: c.ReserveBytes, Log: log})
	if err != nil {
		return nil, c.reachable(err)
	}
	defer func() {
		if err != nil {
			err = a.because(ctx, err)
			if a.Vault != nil {
				err = errors.Join(err, a.Vault.Close())
			}
			err = errors.Join(err, a.Store.Close())
		}
	}()
	if err = a.keys(ctx); err != nil {
		return nil, err
	}
	if err = a.kernel(); err != nil {
		return nil, err
	}
	if m := a.Config.Mail; m.Host != "" {
		m.Address = a.address
		if err = m.Check(); err != nil {
			return nil, err
		}
	}
	if err = a.slices(); err != nil {
		return nil, err
	}
	if err = belongs(a, ctx); err != nil {
		return nil, err
	}
	if err = settle(a, ctx); err != nil {
		return nil, err
	}
	if err = a.Store.EnsureProjections(ctx, a.tables().Projections...); err != nil {
		return nil, fmt.Errorf("make lists: %w", err)
	}
	if err = a.sound(ctx); err != nil {
		return nil, err
	}
	if _, err = a.Rooms.CatchUp(ctx); err != nil {
		return nil, fmt.Errorf("make lists: %w", err)
	}
	a.sayOverlays(ctx)
	if err = a.faces(ctx); err != nil {
		return nil, err
	}
	if err = backup.Finish(ctx, a.Store); err != nil { // a restore that was stopped is whole now
		return nil, err
	}
	if err = a.remember(ctx); fail.Is(err, fail.Full) { // it is tried again each minute
		a.Log.Error("the disk is full: what was read and written last is not remembered outside the database", "error", err)
		err = nil
	}
	return a, err
}

// because is why a start failed: a damaged page is read as whatever it looks like,
// so that a history seems short or a key store old.
func (a *App) because(ctx context.Context, err error) error {
	switch fail.KindOf(err) {
	case fail.Broken, fail.Tampered, fail.Conflict, fail.Stale, fail.Missing:
		if damage := a.Store.Intact(ctx); fail.Is(damage, fail.Conflict) {
			return damage
		}
	}
	return err
}

func (a *App) keys(ctx context.Context) (err error) {
	a.Vault, err = vault.Open(ctx, a.Store, a.Config.keyOptions(a.Clock, a.Log))
	return err
}

func (c Config) keyOptions(clk clock.Clock, log *slog.Logger) vault.Options {
	return vault.Options{KeyFile: c.keyFile(), KeyStore: c.keyStore(), BackupLife: c.BackupLife, Clock: clk, Log: log}
}

// kernel opens what stands on store and vault.
func (a *App) kernel() error {
	signer, err := readSigner(a.Config.logKey())
	if err != nil {
		return err
	}
	witnesses, quorum, err := a.Config.witnesses()
	if err != nil {
		return err
	}
	a.Ledger, err = ledger.Open(a.Store, a.Vault, ledger.Options{Origin: signer.Name(), SignerKey: signer.Text(),
		Beat: a.Config.Beat, Clock: a.Clock, Log: a.Log, Witnesses: witnesses, Quorum: quorum,
		Folder: a.Config.Data, Announce: func(tx *store.Tx, s ledger.Step) error { return a.Directory.NoteStep(tx, s) }})
	if err != nil {
		return err
	}
	a.Policy, err = Policy()
	return err
}

func (a *App) slices() (err error) {
	a.spool = document.NewSpool(document.SpoolBytes, a.Clock.Now)
	var scanner document.Scanner
	if a.Config.Clamd != "" {
		if scanner, err = document.NewClamd(a.Config.Clamd); err != nil {
			return err
		}
	}
	a.spent = spent.In(a.Config.spent(), a.Clock, a.Log)
	a.Jobs = jobs.New(a.Store, jobs.Options{Clock: a.Clock, Log: a.Log, Mail: a.mailer()})
	providers, err := provider.New(a.Config.Providers, a.Config.PublicURL, a.Clock)
	if err != nil {
		return err
	}
	a.Directory = directory.New(directory.Parts{Store: a.Store, Vault: a.Vault, Ledger: a.Ledger, Clock: a.Clock,
		Spent: a.spent, Jobs: a.Jobs, Origin: a.Config.PublicURL, Providers: providers})
	a.Bulk = bulk.New(bulk.Parts{Store: a.Store, Vault: a.Vault, Ledger: a.Ledger}, bodies.Feed)
	a.Bodies = bodies.New(a.Bulk)
	a.Rooms, err = room.NewDesk(room.Parts{Store: a.Store, Vault: a.Vault, Ledger: a.Ledger, Policy: a.Policy,
		Directory: a.Directory,
		Jobs:      a.Jobs, Clock: a.Clock, Log: a.Log, Spool: a.spool, Scanner: scanner}, Rooms()...)
	if err == nil {
		a.Concerns, err = concern.New(a.Rooms)
	}
	return faulty(err)
}

// mailer looks an address up when a message is sent. Without a server nothing is sent.
func (a *App) mailer() *jobs.Mailer {
	m := a.Config.Mail
	if m.Host == "" {
		return nil
	}
	m.Link = a.Config.PublicURL
	m.Address, m.Instead = a.address, a.instead
	return &m
}

// instead is who hears of it when a person's notices are refused for good: another
// lead of the organisation, else its Caldicott Guardian.
func (a *App) instead(_ context.Context, tx *store.Tx, org id.Org, p id.Person) (id.Person, error) {
	for _, role := range []access.Role{access.Lead, access.CaldicottGuardian} {
		holders, err := a.Directory.Holders(tx, org, role, id.Team{})
		if err != nil {
			return id.Person{}, err
		}
		for _, h := range holders {
			if h.ID != p && h.Email != "" {
				return h.ID, nil
			}
		}
	}
	return id.Person{}, nil
}

// address is a person's as it is when a message is sent.
func (a *App) address(_ context.Context, tx *store.Tx, _ id.Org, p id.Person) (string, error) {
	who, err := a.Directory.PersonIn(tx, p)
	if err != nil || who.Left {
		return "", err
	}
	return who.Email, nil
}

// Parts are the pages of every room: the one list that docs/routes.md and the tests walk.
func (a *App) Parts() []web.Part {
	parts := a.ownParts()
	for _, r := range Rooms() {
		parts = append(parts, roomweb.Part(r, a.Rooms, a.Directory))
	}
	parts = append(parts, home.Register(a.Rooms))
	if a.Config.Demo {
		parts = append(parts, design.Part())
	}
	return parts
}

// ownParts are those that are of no room in the list.
func (a *App) ownParts() []web.Part {
	return []web.Part{
		home.Part(a.Directory, a.Policy, a.Rooms),
		concernweb.Part(a.Concerns, a.Rooms, a.Directory),
		enrolPart(a),
		account.Part(a.Directory),
		grantorPart(a),
		healthPart(a),
	}
}

func (a *App) faces(ctx context.Context) error {
	settings, err := a.settings(ctx)
	if err != nil {
		return err
	}
	keys := func(tx *store.Tx, org id.Org, rec id.Record) (session.Key, error) { return a.Vault.Key(tx, org, rec) }
	days := func(org id.Org, rec id.Record, at time.Time) (session.Key, error) { return a.Vault.Day(org, rec, at) }
	a.Sessions = session.New(session.Options{Store: a.Store, Keys: keys, Days: days, Accounts: accounts{a},
		Clock: a.Clock, Spent: a.spent, Idle: a.Config.Idle})
	o := web.Options{Settings: settings, Clock: a.Clock, Log: a.Log, PublicURL: a.Config.PublicURL, Plain: a.Config.Plain,
		TrustedProxies: a.Config.TrustedProxies, May: a.may, Sessions: a.Sessions, Notice: a.notice, Spool: a.spool,
		Passkeys: a.Directory.Passkeys(), Elsewhere: a.elsewhere(), AddElsewhere: a.Directory.AddProvider}
	if a.Config.Demo {
		o.Demo = &web.Demo{People: a.demoPeople}
	}
	if a.site, err = web.New(o, a.Parts()...); err != nil {
		return err
	}
	a.api = api.New(api.Parts{Rooms: a.Rooms, Kinds: append([]*room.Room{a.Concerns.Room}, Rooms()...),
		Directory: a.Directory, Spool: a.spool, Clock: a.Clock, Log: a.Log, Version: Version})
	return nil
}

// Spooled is how many bytes of documents lie in memory.
func (a *App) Spooled() int64 { return a.spool.Used() }

// API is the JSON face.
func (a *App) API() *api.API { return a.api }

// Site is the pages.
func (a *App) Site() *web.Site { return a.site }

// Handler is everything that is served. The browser's pages, the API and the log
// have defences of their own.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	for path, handler := range a.nextTo() {
		mux.Handle(path, handler)
	}
	mux.Handle("/", a.site.Handler())
	return web.Secured(mux, a.Config.Plain)
}

// nextTo is what lies beside the pages, by its address.
func (a *App) nextTo() map[string]http.Handler {
	return map[string]http.Handler{
		"/api/": a.api, "/log/": ledgerweb.Handler(a.Ledger, a.Log), "/assets/": assets.Handler(),
		"/healthz": web.Healthz(), "/readyz": web.Readyz(a.Standing),
		// for a balancer: what stands still in the background does not stop care
		"/readyz/pages": web.Readyz(a.taking),
	}
}

// Run does what goes on beside the requests until the context ends: numbering and
// signing, reminders and mail, sessions, and an erasure that was interrupted. Each
// by itself: what fails is begun again, and stops nothing else.
func (a *App) Run(ctx context.Context) {
	a.tasks.run(ctx, append([]task{
		every(a.Clock, "erasures and the keys of past days", 10*time.Minute, time.Hour, a.Vault.Tend),
		onceDone("duties asked for at the start", a.Rooms.RunDuties),
		every(a.Clock, "lists of another version", catchUpEvery, time.Minute, a.catchUp),
		every(a.Clock, "whom records are about", catchUpEvery, time.Hour, a.Rooms.KeepPersons),
		{name: "numbering and signing", run: func(ctx context.Context, _ func()) error { return a.Ledger.Run(ctx) }},
		{name: "reminders and mail", turn: 2 * time.Minute, run: a.Jobs.Run},
		{name: "sessions", turn: time.Minute, run: a.Sessions.Run},
		every(a.Clock, "looking after the tables", a.Config.beat(), time.Minute, a.sound),
		every(a.Clock, "one key store", oneKeyStoreEvery, time.Minute, a.Vault.OneKeyStore),
		every(a.Clock, "figures of what is over", closeEvery, proveWithin, a.closePeriods),
		every(a.Clock, "imports that were stopped", sweepEvery, proveWithin, a.Bulk.Sweep),
		every(a.Clock, "grantors", time.Minute, time.Minute, a.Directory.FinishReplacements),
		every(a.Clock, "remembering the database", rememberEvery, time.Minute, a.remember),
		every(a.Clock, "watching", watchEvery, time.Minute, a.watch),
		every(a.Clock, "verifying itself", proveEvery, proveWithin, a.prove),
	}, a.beside...)...)
}

// catchUpEvery is how soon records that another version of the program wrote beside
// this one stand in this one's lists.
const catchUpEvery = 5 * time.Second

// sweepEvery is how soon rows are taken away that an import left which was stopped.
const sweepEvery = time.Hour

// closeEvery is how often it is looked whether a month or a quarter is to be closed.
const closeEvery = time.Hour

func (a *App) closePeriods(ctx context.Context) error {
	_, err := a.Rooms.ClosePeriods(ctx, resting)
	return err
}

// oneKeyStoreEvery is how soon a program with a copy of the key store is noticed that came
// while the database was away.
const oneKeyStoreEvery = 10 * time.Second

// tables are what the database holds: whatever else stands among them is named.
func (a *App) tables() store.Schema {
	return store.Schema{Migrations: Migrations(), Projections: []store.Projection{a.Concerns.GlassProjection(),
		a.Rooms.Projection()}}
}

// sound asks the database again what it was asked at the start.
func (a *App) sound(ctx context.Context) error { return a.Store.Sound(ctx, a.tables()) }

func (a *App) catchUp(ctx context.Context) error {
	_, err := a.Rooms.CatchUp(ctx)
	return errors.Join(err, a.Rooms.Newer(ctx))
}

// Beside has a turn taken at once and then again after each pause, for as long as
// the installation runs, and shows at /readyz when it fails. Call it before Serve.
func (a *App) Beside(name string, pause, longest time.Duration, turn func(context.Context) error) {
	a.beside = append(a.beside, every(a.Clock, name, pause, longest, turn))
}

// Close ends the installation in order: what was written last gets its place, and the
// folder remembers it, before the database can be put back to an older copy.
func (a *App) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	_, err := a.Ledger.Sequence(ctx)
	if err = errors.Join(err, a.remember(ctx)); err != nil {
		a.Log.Warn("what was written last could not be numbered and remembered; it is at the next start", "why", err)
	}
	return errors.Join(a.Vault.Close(), a.Store.Close())
}

// closeWithin is how long numbering may take at the end.
const closeWithin = 5 * time.Second

// Serve answers on a listener until the context ends, then lets what has begun
// finish. A folder with its database in it is served once: two would work, but each
// with limits and sessions of its own, and whoever stopped one would see no change.
func (a *App) Serve(ctx context.Context, srv *http.Server, serve func() error) error {
	if a.Config.DB != "" {
		return a.serve(ctx, srv, serve)
	}
	alone, err := a.Store.Exclusive(ctx, "serve", func(ctx context.Context) error { return a.serve(ctx, srv, serve) })
	if err == nil && !alone {
		return fail.New(fail.Conflict, "Another heed serves the folder %s already. Stop that one first", a.Config.Data)
	}
	return err
}

func (a *App) serve(ctx context.Context, srv *http.Server, serve func() error) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if above, err := a.Store.Superuser(ctx); err == nil && above {
		a.Log.Warn("the database's user is, or may become, a superuser of its server, and what is done there as it " +
			"cannot all be seen: give Heed a user of its own that is none")
	}
	background := make(chan struct{})
	go func() { defer close(background); a.Run(work) }()
	served := make(chan error, 1)
	go func() { served <- serve() }()
	var err error
	select {
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = srv.Shutdown(grace)
	case err = <-served:
	}
	stop()
	<-background
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime/pprof"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/store/storetest"
	"heed/internal/verify"
	"heed/internal/web"
)

// profiles runs raises and lists inside this process, on both engines, and writes
// where the processor's time went. The clients are in the profile too.
func (b *Bench) profiles(ctx context.Context) error {
	cluster, err := storetest.StartCluster()
	if err != nil {
		return err
	}
	defer func() { _ = cluster.Stop() }()
	for _, e := range []struct{ name, db string }{{"sqlite", ""}, {"postgres", cluster.DSN("postgres")}} {
		in, err := b.install(ctx, "profile-"+e.name, e.db, writers)
		if err != nil {
			return err
		}
		if err := in.open(ctx, func(a *app.App) error { return fill(ctx, a, 0, shortList) }); err != nil {
			return err
		}
		err = in.here(ctx, func(p *program) error {
			if err := b.profileRaises(p, in, "raise-"+e.name); err != nil {
				return err
			}
			return b.profiled("list-"+e.name, func() error {
				_, cpu, err := p.lists(in.lead, 50, 1500)
				fmt.Fprintf(b.Out, "list-%s: %.2f ms CPU each, clients included\n", e.name, cpu)
				return err
			})
		})
		if err != nil {
			return err
		}
	}
	return b.profileVerify(ctx)
}

// profileVerify checks entries in this process.
func (b *Bench) profileVerify(ctx context.Context) error {
	in, err := b.install(ctx, "profile-verify", "", 3)
	if err != nil {
		return err
	}
	if err := in.open(ctx, func(a *app.App) error { return write(ctx, a, b.Entries) }); err != nil {
		return err
	}
	return b.profiled("verify", func() error {
		r, err := verify.Installation(ctx, verify.Options{Path: in.Data, KeyFile: in.KeyFilePath(),
			KeyStore: in.KeyStorePath(), Fields: app.SealedFields()})
		if err == nil {
			err = r.Err()
		}
		fmt.Fprintf(b.Out, "verify: %d opened in %s\n", r.Opened, ms(r.Took))
		return err
	})
}

func (b *Bench) profileRaises(p *program, in *installation, name string) error {
	requests := raisesFor(p.addr, in.raisers)
	if _, err := drive(p.addr, writers, 1000, 201, requests("first")); err != nil {
		return err
	}
	return b.profiled(name, func() error {
		r, err := drive(p.addr, writers, b.Raises, 201, requests("then"))
		fmt.Fprintf(b.Out, "%s: %.0f/s, p99 %s, %d refused\n", name, r.rate(), ms(r.at(.99)), r.refused)
		return err
	})
}

func (b *Bench) profiled(name string, fn func() error) error {
	f, err := os.Create(filepath.Join(b.Profile, name+".prof"))
	if err != nil {
		return fmt.Errorf("make profile: %w", err)
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return fmt.Errorf("begin profile: %w", err)
	}
	defer pprof.StopCPUProfile()
	return fn()
}

// here serves the installation from this process while fn runs.
func (in *installation) here(ctx context.Context, fn func(*program) error) error {
	a, err := app.Open(ctx, in.Config, clock.System{}, quiet)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(fmt.Errorf("listen: %w", err), a.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	srv := web.Server(a.Handler())
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx, srv, func() error { return srv.Serve(l) }) }()
	err = fn(&program{addr: l.Addr().String()})
	stop()
	return errors.Join(err, <-served, a.Close())
}

package cli

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/jobs"
	"heed/internal/web"
)

type serveCmd struct {
	place      `embed:""`
	Addr       string         `help:"Where to listen. Put a proxy with TLS in front, or name a certificate." env:"HEED_ADDR" default:"127.0.0.1:8430"`
	PublicURL  string         `help:"The address that people type: https://heed.example.nhs.uk" env:"HEED_PUBLIC_URL" name:"public-url"`
	TLSCert    string         `help:"Certificate (PEM), to serve TLS without a proxy." env:"HEED_TLS_CERT" name:"tls-cert" type:"path"`
	TLSKey     string         `help:"Its key (PEM)." env:"HEED_TLS_KEY" name:"tls-key" type:"path"`
	Plain      bool           `help:"Plain HTTP on this machine only: cookies without Secure. For trying out." env:"HEED_PLAIN"`
	Proxies    []netip.Prefix `help:"Networks of proxies whose X-Forwarded-For is believed." env:"HEED_PROXIES"`
	Idle       time.Duration  `help:"Minutes without work after which a session ends; 30m at most." env:"HEED_IDLE" default:"15m"`
	Beat       time.Duration  `help:"How often the public checkpoint moves." env:"HEED_BEAT" default:"5m"`
	BackupLife time.Duration  `help:"How long backups of the key store are kept: an erased record could be brought back until then." env:"HEED_BACKUP_LIFE" default:"840h"`
	Witness    []string       `help:"A witness: its address and its public key in one text." env:"HEED_WITNESS" sep:";"`
	MailHost   string         `help:"Mail server; without one, notices show in the pages only." env:"HEED_MAIL_HOST"`
	MailPort   int            `help:"Its port." env:"HEED_MAIL_PORT" default:"587"`
	MailTLS    string         `help:"TLS with the mail server: always, if offered, never." env:"HEED_MAIL_TLS" name:"mail-tls" default:"always"`
	MailFrom   string         `help:"Sender of mail." env:"HEED_MAIL_FROM"`
	MailUser   string         `help:"Name at the mail server." env:"HEED_MAIL_USER"`
	MailPass   string         `help:"Password at the mail server; better in the environment." env:"HEED_MAIL_PASSWORD" name:"mail-password"`
}

func (c *serveCmd) config() (app.Config, error) {
	cfg := c.place.config()
	cfg.PublicURL, cfg.Plain, cfg.TrustedProxies, cfg.Idle, cfg.Beat, cfg.BackupLife, cfg.Witnesses = c.PublicURL, c.Plain, c.Proxies, c.Idle, c.Beat, c.BackupLife, c.Witness
	if c.Plain {
		host, _, err := net.SplitHostPort(c.Addr)
		if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return cfg, fail.New(fail.Bad, "With --plain, --addr must be an address of this machine alone, like 127.0.0.1:8430")
		}
	}
	if c.MailHost != "" {
		cfg.Mail = jobs.Mailer{Host: c.MailHost, Port: c.MailPort, TLS: c.MailTLS, From: c.MailFrom, User: c.MailUser, Password: c.MailPass}
	}
	return cfg, nil
}

func (c *serveCmd) Run(env *Env) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	a, err := app.Open(env.Ctx, cfg, clock.System{}, env.Log)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	return listen(env, a, c.Addr, c.TLSCert, c.TLSKey)
}

// listen serves until the program is told to stop.
func listen(env *Env, a *app.App, addr, cert, key string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fail.Wrap(fail.Bad, err, "Nothing can listen at %s: choose another with --addr", addr)
	}
	srv := web.Server(a.Handler())
	scheme := "http"
	serve := func() error { return srv.Serve(l) }
	if cert != "" {
		scheme = "https"
		serve = func() error { return srv.ServeTLS(l, cert, key) }
	}
	env.say("Open %s://%s", scheme, l.Addr())
	if err := a.Serve(env.Ctx, srv, serve); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

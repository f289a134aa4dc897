package cli

import (
	"errors"
	"net"
	"net/http"
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/provider"
	"heed/internal/web"
)

type serveCmd struct {
	place      `embed:""`
	Addr       string        `help:"Where to listen. Put a proxy with TLS in front, or name a certificate." env:"HEED_ADDR" default:"127.0.0.1:8430"`
	PublicURL  string        `help:"The address that people type: https://heed.example.nhs.uk. Passkeys belong to its name; without it there are none." env:"HEED_PUBLIC_URL" name:"public-url"`
	TLSCert    string        `help:"Certificate (PEM), to serve TLS without a proxy." env:"HEED_TLS_CERT" name:"tls-cert" type:"path"`
	TLSKey     string        `help:"Its key (PEM)." env:"HEED_TLS_KEY" name:"tls-key" type:"path"`
	Metrics    string        `help:"Where /metrics is served, for Prometheus: an address of its own, like 127.0.0.1:8431. Not served when not given." env:"HEED_METRICS"`
	Plain      bool          `help:"Plain HTTP on this machine only: cookies without Secure. For trying out." env:"HEED_PLAIN"`
	Proxies    []string      `help:"Addresses or networks of proxies whose X-Forwarded-For is believed." env:"HEED_PROXIES"`
	Idle       time.Duration `help:"Time without work after which a session ends; 30m at most." env:"HEED_IDLE" default:"15m"`
	Beat       time.Duration `help:"How often the public checkpoint moves." env:"HEED_BEAT" default:"5m"`
	BackupLife time.Duration `help:"How long backups of the key store are kept: an erased record could be brought back until then." env:"HEED_BACKUP_LIFE" default:"35d"`
	Witness    []string      `help:"A witness: its address, a space, and its public key; several with ; between them, and 2 of 3 when not all must sign." env:"HEED_WITNESS" sep:";"`
	Clamd      string        `help:"Where clamd looks at documents for harmful software: the path of its socket, or host:port. Documents are not looked at when not given." env:"HEED_CLAMD"`
	LogInWith  string        `help:"A file that names the providers at which people may log in: NHS Care Identity, Microsoft Entra ID, any provider of OpenID Connect. See operations.md." env:"HEED_LOG_IN_WITH" name:"log-in-with" type:"path"`
	mailFlags  `embed:""`
}

func (serveCmd) Help() string {
	return `Behind a proxy that does TLS, on the same machine:

    heed serve --data /srv/heed --public-url https://heed.example.nhs.uk --proxies 127.0.0.1/32

With a certificate of its own:

    heed serve --data /srv/heed --addr :443 --public-url https://heed.example.nhs.uk \
      --tls-cert cert.pem --tls-key key.pem

To try it on your own machine, without TLS:

    heed serve --data /srv/heed --plain

/healthz says that it runs, /readyz that everything goes on, or what stands still; /readyz/pages, for a balancer, that concerns can be taken and read; the public log is at /log/checkpoint. SIGTERM, SIGINT and SIGHUP let what has begun finish. A renewed certificate is served without a restart.`
}

func (c *serveCmd) config() (cfg app.Config, err error) {
	cfg = c.place.config()
	cfg.Plain, cfg.Idle, cfg.Beat, cfg.BackupLife, cfg.Witnesses = c.Plain, c.Idle, c.Beat, c.BackupLife, c.Witness
	cfg.Clamd = c.Clamd
	if cfg.TrustedProxies, err = networks(c.Proxies); err != nil {
		return cfg, err
	}
	if cfg.PublicURL, err = publicURL(c.PublicURL, c.Plain); err != nil {
		return cfg, err
	}
	if c.LogInWith != "" {
		if cfg.Providers, err = provider.Read(c.LogInWith); err != nil {
			return cfg, err
		}
	}
	_, port, err := net.SplitHostPort(c.Addr)
	switch {
	case err != nil || port == "":
		return cfg, fail.New(fail.Bad, "--addr must be an address and a port, such as 127.0.0.1:8430")
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return cfg, fail.New(fail.Bad, "--tls-cert and --tls-key belong together: name both or neither")
	case c.Plain && !ownMachine(c.Addr):
		return cfg, fail.New(fail.Bad, "With --plain, --addr must be an address of this machine alone, like 127.0.0.1:8430")
	case !ownMachine(c.Addr) && c.TLSCert == "" && len(cfg.TrustedProxies) == 0:
		return cfg, fail.New(fail.Bad, "At %s passwords would cross the network in the clear. Name a certificate with "+
			"--tls-cert and --tls-key, or the proxy in front that does TLS with --proxies, or listen at 127.0.0.1:8430", c.Addr)
	case c.Idle <= 0 || c.Idle > 30*time.Minute:
		return cfg, fail.New(fail.Bad, "--idle must be between 1s and 30m")
	case c.Beat <= 0:
		return cfg, fail.New(fail.Bad, "--beat must be a time, such as 5m")
	case c.MailHost == "":
		return cfg, backupLife(c.BackupLife)
	case cfg.PublicURL == "":
		return cfg, fail.New(fail.Bad, "Mail leads people to where they sign in: give that address with --public-url, such "+
			"as https://heed.example.nhs.uk")
	}
	cfg.Mail = c.mailer()
	return cfg, backupLife(c.BackupLife)
}

// backupLife refuses what would have a certificate promise that nothing can be brought back.
func backupLife(d time.Duration) error {
	if d < 24*time.Hour {
		return fail.New(fail.Bad, "--backup-life must be 1d or more: for so long a copy of the key store is kept "+
			"somewhere, and a certificate of erasure says so")
	}
	return nil
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
	return listen(env, a, listening{c.Addr, c.Metrics, c.TLSCert, c.TLSKey})
}

// ownMachine says whether an address is reached from this machine alone.
func ownMachine(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// listening is where an installation is served, and with which certificate.
type listening struct{ addr, metrics, cert, key string }

// listen serves until the program is told to stop.
func listen(env *Env, a *app.App, at listening) error {
	l, err := listener(at.addr, "--addr")
	if err != nil {
		return err
	}
	srv := web.Server(a.Handler())
	scheme := "http"
	serve := func() error { return srv.Serve(l) }
	if at.cert != "" {
		pair, err := newCertificate(at.cert, at.key)
		if err != nil {
			return errors.Join(err, l.Close())
		}
		a.Beside("certificate", certificateEvery, time.Minute, pair.renew)
		scheme = "https"
		srv.TLSConfig = pair.config()
		serve = func() error { return srv.ServeTLS(l, "", "") }
	}
	if at.metrics != "" {
		end, err := serveMetrics(env, a, at.metrics)
		if err != nil {
			return errors.Join(err, l.Close())
		}
		defer end()
	}
	return a.Serve(env.Ctx, srv, func() error {
		env.say("%s", whereTo(a.Config, at, scheme+"://"+l.Addr().String()))
		return serve()
	})
}

// whereTo says what to open in a browser, and where the program listens when that is
// another address.
func whereTo(c app.Config, at listening, here string) string {
	switch {
	case c.PublicURL != "":
		return "Listening at " + here + "\nOpen " + c.PublicURL
	case c.Plain, at.cert != "" && !everywhere(at.addr):
		return "Open " + here
	}
	return "Listening at " + here + "\nGive the address that people type with --public-url, such as " +
		"https://heed.example.nhs.uk"
}

// everywhere says that an address is all of this machine's.
func everywhere(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return err == nil && (host == "" || ip != nil && ip.IsUnspecified())
}

func listener(addr, flag string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fail.Wrap(fail.Bad, err, "Nothing can listen at %s: choose another with %s", addr, flag)
	}
	return l, nil
}

// serveMetrics serves the metrics at an address of their own, so that a proxy that
// passes everything on does not pass them on.
func serveMetrics(env *Env, a *app.App, addr string) (end func(), err error) {
	if everywhere(addr) {
		return nil, fail.New(fail.Bad, "At %s everybody who reaches this machine could read the metrics. Give --metrics "+
			"one address: "+
			"127.0.0.1:8431, or that of the network on which Prometheus asks", addr)
	}
	l, err := listener(addr, "--metrics")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.Metrics())
	srv := web.Server(mux)
	if !ownMachine(addr) {
		env.Log.Warn("the metrics are served in the clear to whoever reaches this address", "address", l.Addr().String())
	}
	go srv.Serve(l) //nolint:errcheck // it ends with the program
	return func() { _ = srv.Close() }, nil
}

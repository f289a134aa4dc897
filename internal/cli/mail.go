package cli

import (
	"context"
	"net"
	"strconv"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/store"
)

// mailFlags are the mail server, for serve and for its test.
type mailFlags struct {
	MailHost string `help:"Mail server; without one people see in Heed alone that something waits." env:"HEED_MAIL_HOST"`
	MailPort int    `help:"Its port." env:"HEED_MAIL_PORT" default:"587"`
	MailTLS  string `help:"TLS with the mail server: always, if offered, never." env:"HEED_MAIL_TLS" name:"mail-tls" default:"always"`
	MailFrom string `help:"Sender of mail." env:"HEED_MAIL_FROM"`
	MailUser string `help:"Name at the mail server." env:"HEED_MAIL_USER"`
	MailPass string `help:"Password at the mail server; better in the environment." env:"HEED_MAIL_PASSWORD" name:"mail-password"`
}

func (f mailFlags) mailer() jobs.Mailer {
	return jobs.Mailer{Host: f.MailHost, Port: f.MailPort, TLS: f.MailTLS, From: f.MailFrom, User: f.MailUser,
		Password: f.MailPass}
}

type mailCmd struct {
	Test mailTestCmd `cmd:"" help:"Send one message that says that it is a test, and say where it stopped."`
}

type mailTestCmd struct {
	mailFlags `embed:""`
	To        string `env:"-" help:"The address to which it is sent." required:""`
}

func (mailTestCmd) Help() string {
	return `With the settings of heed serve, in the environment or as flags:

    heed mail test --to you@example.org --mail-host mail.example.org --mail-from heed@example.org`
}

func (c *mailTestCmd) Run(env *Env) error {
	if c.MailHost == "" {
		return fail.New(fail.Bad, "Name the mail server with --mail-host or HEED_MAIL_HOST")
	}
	m := c.mailer()
	m.Address = func(context.Context, *store.Tx, id.Org, id.Person) (string, error) { return c.To, nil }
	if err := m.Check(); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(env.Ctx, time.Minute)
	defer stop()
	env.say("Asking the mail server at %s. It may say nothing for up to 10 seconds at a time.",
		net.JoinHostPort(m.Host, strconv.Itoa(m.Port)))
	if err := m.Test(ctx, c.To); err != nil {
		return err
	}
	env.say("The mail server took it. Look whether it arrives at %s.", c.To)
	return nil
}

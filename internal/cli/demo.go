package cli

import (
	"time"

	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/demo"
	"heed/internal/fail"
)

type demoCmd struct {
	Addr        string `help:"Where to listen: an address of this machine alone." default:"127.0.0.1:8430" env:"HEED_DEMO_ADDR"`
	Data        string `help:"The demo's own folder; made when it is not there." default:"demo-data" type:"path" env:"HEED_DEMO_DATA"`
	PrintTokens bool   `help:"Print an API token for each person." name:"print-tokens" env:"-"`
}

func (demoCmd) Help() string {
	return `    heed demo
    heed demo --addr 127.0.0.1:9000 --data /tmp/heed-demo

The first start makes the folder, later ones go on with it. Nobody in it is real, and it never touches another folder. For programs:

    heed demo --print-tokens`
}

func (c *demoCmd) Run(env *Env) error {
	if !ownMachine(c.Addr) {
		return fail.New(fail.Bad, "The demo listens on this machine alone: --addr must be like 127.0.0.1:8430")
	}
	if err := app.Check(); err != nil {
		return err
	}
	clk := clock.System{}
	if err := demo.Ensure(env.Ctx, c.Data, clk.Now(), env.Log, func(s string) { env.say("%s", s) }); err != nil {
		return err
	}
	a, err := app.Open(env.Ctx, demo.Config(c.Data), clk, env.Log)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	if c.PrintTokens {
		if err := printTokens(env, a); err != nil {
			return err
		}
	}
	env.say("Everybody in this demo is made up. Choose who you are on the first page.")
	return listen(env, a, listening{addr: c.Addr})
}

func printTokens(env *Env, a *app.App) error {
	for _, login := range demo.Logins() {
		w, err := demo.Word(env.Ctx, a, login, a.Now())
		for fail.Is(err, fail.SignIn) {
			env.say("Each one-time code counts once: waiting for the next of %s.", login)
			select {
			case <-env.Ctx.Done():
				return env.Ctx.Err()
			case <-a.Clock.After(10 * time.Second):
			}
			w, err = demo.Word(env.Ctx, a, login, a.Now())
		}
		if err != nil {
			return err
		}
		token, err := a.Directory.IssueToken(env.Ctx, w, "demo", 30*24*time.Hour)
		if err != nil {
			return err
		}
		env.say("Token of %s: %s", login, token)
	}
	return nil
}

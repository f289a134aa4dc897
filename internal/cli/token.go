package cli

import (
	"time"

	"heed/internal/app"
)

type tokenCmd struct {
	New    tokenNewCmd    `cmd:"" help:"Make a token with which a program acts as a person. That person gives password and code."`
	List   tokenListCmd   `cmd:"" help:"List a person's tokens: their names, never the tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"Withdraw a token. It gives nothing from the next request on."`
}

type tokenNewCmd struct {
	place `embed:""`
	Login string        `env:"-" help:"Login name of the person." required:"" aliases:"user"`
	Label string        `env:"-" help:"What the token is for." default:"token"`
	Life  time.Duration `env:"-" help:"How long it lasts; 366d at most." default:"90d"`
}

func (tokenNewCmd) Help() string {
	return `    heed token new --login n.example --label "ward screen"

The person is asked for password and code, or HEED_WORD holds them as: password code. The token is printed once and alone, so that it can go into a file:

    heed token new --login n.example >token

A program sends it as: Authorization: Bearer TOKEN`
}

func (c *tokenNewCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		w, err := word(env, a, c.Login, "HEED_WORD")
		if err != nil {
			return err
		}
		token, err := a.Directory.IssueToken(env.Ctx, w, c.Label, c.Life)
		if err != nil {
			return err
		}
		env.say("%s", token)
		return nil
	})
}

type tokenListCmd struct {
	place `embed:""`
	Login string `env:"-" help:"Login name of the person." required:"" aliases:"user"`
}

func (tokenListCmd) Help() string { return `    heed token list --login n.example` }

func (c *tokenListCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		p, err := person(env, a, c.Login)
		if err != nil {
			return err
		}
		all := p.Tokens()
		if len(all) == 0 {
			env.say("%s has no tokens.", c.Login)
		}
		for _, t := range all {
			state := "until " + t.Expires.Format(time.DateOnly)
			if !a.Now().Before(t.Expires) {
				state = "ended " + t.Expires.Format(time.DateOnly)
			}
			env.say("%s  %s  %s", t.ID, state, t.Label)
		}
		return nil
	})
}

type tokenRevokeCmd struct {
	place `embed:""`
	Login string `env:"-" help:"Login name of the person." required:"" aliases:"user"`
	Token string `arg:"" help:"The token's name, as heed token list shows it."`
}

func (tokenRevokeCmd) Help() string {
	return `    heed token list --login n.example
    heed token revoke --login n.example 3f9a12c0d4e5

It needs nobody's word: a token that others have seen must go at once.`
}

func (c *tokenRevokeCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		p, err := person(env, a, c.Login)
		if err != nil {
			return err
		}
		if err := a.Directory.RevokeToken(env.Ctx, p.ID, c.Token); err != nil {
			return err
		}
		env.say("The token %s of %s gives nothing any more.", c.Token, c.Login)
		return nil
	})
}

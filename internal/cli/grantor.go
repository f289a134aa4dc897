package cli

import (
	"fmt"
	"os"
	"strings"

	"heed/internal/app"
	"heed/internal/directory"
	"heed/internal/id"
)

type grantorCmd struct {
	List    grantorListCmd    `cmd:"" help:"Who the grantors are, and whether one is being replaced."`
	Replace grantorReplaceCmd `cmd:"" help:"Give the place of a grantor, who leaves or lost everything, to somebody else."`
	Stop    grantorStopCmd    `cmd:"" help:"Stop the replacing of a grantor."`
}

type grantorListCmd struct {
	place `embed:""`
	Org   string `env:"-" help:"Name of the organisation, when there are several."`
}

func (grantorListCmd) Help() string { return `    heed grantor list` }

func (c *grantorListCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		for _, g := range o.Grantors {
			if err := sayPerson(env, a, g, "grantor"); err != nil {
				return err
			}
		}
		if !o.Second.IsZero() {
			if err := sayPerson(env, a, o.Second, "second witness"); err != nil {
				return err
			}
		}
		if r := o.Replacing; r != nil {
			return sayReplacement(env, a, *r)
		}
		return nil
	})
}

func sayPerson(env *Env, a *app.App, person id.Person, what string) error {
	p, err := a.Directory.Person(env.Ctx, person)
	if err != nil {
		return err
	}
	if p.Left {
		what += ", has left"
	}
	env.say("%s: %s", p.Login, what)
	return nil
}

func sayReplacement(env *Env, a *app.App, r directory.Replacement) error {
	out, err := a.Directory.Person(env.Ctx, r.Out)
	if err != nil {
		return err
	}
	in, err := a.Directory.Person(env.Ctx, r.In)
	if err != nil {
		return err
	}
	env.say("%s takes the place of %s on %s, unless somebody with a role stops it before, at /grantors or with heed "+
		"grantor stop.", in.Login, out.Login, r.Until.Format("2 January 2006 15:04 UTC"))
	return nil
}

type grantorReplaceCmd struct {
	place    `embed:""`
	Org      string   `env:"-" help:"Name of the organisation, when there are several."`
	Out      string   `env:"-" help:"Login name of the grantor who is replaced." required:""`
	In       string   `env:"-" help:"Login name of the person who takes the place. They have an account already." required:""`
	Recovery bool     `env:"-" help:"Give the recovery word from the safe. It is asked for, or HEED_RECOVERY_WORD holds it."`
	By       []string `env:"-" help:"Login name of somebody who gives their word; give it once for each. They are asked for password and code, or HEED_WORD_1 and HEED_WORD_2 hold them as: password code." required:""`
}

func (grantorReplaceCmd) Help() string {
	return `By the other grantor and the second witness who was named by heed init:

    heed grantor replace --out guardian --in l.sample --by executive --by witness

With the recovery word from the safe, and one person with a role (not the administrator's):

    heed grantor replace --out guardian --in l.sample --recovery --by executive

Everybody with a role is told. For 72 hours each of them can stop it, at /grantors or with heed grantor stop; then it is done. A recovery word counts once.`
}

func (c *grantorReplaceCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		out, err := person(env, a, c.Out)
		if err != nil {
			return err
		}
		in, err := person(env, a, c.In)
		if err != nil {
			return err
		}
		recovery := ""
		if c.Recovery {
			if recovery, err = secret(env, "HEED_RECOVERY_WORD", "Recovery word from the safe"); err != nil {
				return err
			}
		}
		words, err := words(env, a, c.By)
		if err != nil {
			return err
		}
		r, err := a.Directory.ReplaceGrantor(env.Ctx, o.ID, out.ID, in.ID, recovery, words...)
		if err != nil {
			return err
		}
		return sayReplacement(env, a, r)
	})
}

// secret is from a variable, else asked for.
func secret(env *Env, variable, what string) (string, error) {
	if v := strings.TrimSpace(os.Getenv(variable)); v != "" {
		return v, nil
	}
	fmt.Fprintf(env.Err, "%s: ", what)
	return line(env, true)
}

type grantorStopCmd struct {
	place `embed:""`
	Org   string `env:"-" help:"Name of the organisation, when there are several."`
	By    string `env:"-" help:"Login name of somebody with a role, who gives their word." required:""`
}

func (grantorStopCmd) Help() string { return `    heed grantor stop --by l.sample` }

func (c *grantorStopCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		w, err := word(env, a, c.By, "HEED_WORD")
		if err != nil {
			return err
		}
		if err := a.Directory.StopByWord(env.Ctx, o.ID, w); err != nil {
			return err
		}
		env.say("It is stopped. The grantors are who they were.")
		return nil
	})
}

type userRecoverCmd struct {
	place `embed:""`
	Login string `env:"-" help:"Your own login name." required:""`
}

func (userRecoverCmd) Help() string {
	return `For somebody who lost their phone, still knows their password, and has one of the recovery codes that /set-up showed them once:

    heed user recover --login gwen

They are asked for password and recovery code, or HEED_WORD holds them as: password code. The page /set-up/recover does the same. It prints a set-up code for /set-up. Each recovery code counts once; setting up again makes new ones.`
}

func (c *userRecoverCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		password, code, err := given("HEED_WORD")
		if err == nil && password == "" {
			password, code, err = asked(env, c.Login, "Recovery code")
		}
		if err != nil {
			return err
		}
		once, err := a.Directory.Recover(env.Ctx, c.Login, password, code)
		if err != nil {
			return err
		}
		env.say("Set your account up within an hour, at /set-up, with this code:\n  %s", once)
		return nil
	})
}

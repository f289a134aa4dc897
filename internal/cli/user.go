package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/directory"
	"heed/internal/fail"
)

type userCmd struct {
	List    userListCmd    `cmd:"" help:"Who has an account, and in which roles. It goes into the ledger that this was looked at."`
	Add     userAddCmd     `cmd:"" help:"Give somebody an account. A role beyond that of a worker needs the word of both grantors."`
	Grant   userGrantCmd   `cmd:"" name:"grant-role" help:"Give somebody a further role, on the word of both grantors."`
	Revoke  userRevokeCmd  `cmd:"" name:"revoke-role" help:"Take a role back, on the word of one grantor. It counts from the next request on."`
	Code    userCodeCmd    `cmd:"" help:"Make a new set-up code for somebody who lost password or phone."`
	Link    userLinkCmd    `cmd:"" help:"Link somebody's account with one at a provider, by issuer and subject."`
	Recover userRecoverCmd `cmd:"" help:"Use a recovery code of your own, when your phone is lost."`
	Leave   userLeaveCmd   `cmd:"" help:"End the account of somebody who leaves, on the word of one grantor."`

	Cover    userCoverCmd    `cmd:"" help:"Say who covers for somebody who is away, from a day until a day."`
	HandOver userHandOverCmd `cmd:"" name:"hand-over" help:"Give all that somebody has to somebody else."`
}

type userListCmd struct {
	place `embed:""`
	Org   string `env:"-" help:"Name of the organisation, when there are several."`
}

func (userListCmd) Help() string { return `    heed user list` }

func (c *userListCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		people, damaged, err := a.Directory.List(env.Ctx, o.ID)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
		for _, p := range people {
			fmt.Fprintf(t, "%s\t%s\t%s\n", p.Login, p.Name, strings.Join(standing(o, p), "; "))
		}
		if damaged > 0 {
			fmt.Fprintf(t, "%d accounts are damaged and not shown: heed verify names them\n", damaged)
		}
		return t.Flush()
	})
}

// standing is what somebody is in an organisation, in words.
func standing(o directory.Organisation, p directory.Person) []string {
	if p.Left {
		return []string{"has left"}
	}
	var is []string
	for _, g := range p.Grants {
		is = append(is, g.Role.Label())
	}
	if o.IsGrantor(p.ID) {
		is = append(is, "grantor")
	}
	if p.ID == o.Second {
		is = append(is, "second witness")
	}
	if !p.Enrolled() {
		is = append(is, "has not set up the account yet")
	}
	return is
}

// voices are the grantors who give their word for what a command does.
type voices struct {
	Grantor []string `env:"-" help:"Login of a grantor who gives their word; give it once for each. They are asked for password and code, or HEED_WORD_1 and HEED_WORD_2 hold them as: password code."`
}

// both explains to the operator how the words are given.
func both(err error) error {
	if fail.Is(err, fail.Refused) && !strings.Contains(fail.Words(err), "has left") {
		return fail.Wrap(fail.Refused, err, "%s. Name them with --grantor: each gives their own password and code",
			fail.Words(err))
	}
	return err
}

type userAddCmd struct {
	place  `embed:""`
	voices `embed:""`
	Org    string `env:"-" help:"Name of the organisation, when there are several."`
	Login  string `env:"-" help:"Login name." required:""`
	Name   string `env:"-" help:"Full name." required:""`
	Email  string `env:"-" help:"Email address, for notices that say nothing."`
	Phone  string `env:"-" help:"Telephone number."`
	Job    string `env:"-" help:"Job title."`
	Role   string `env:"-" help:"${roles}." default:"worker"`
}

func (userAddCmd) Help() string {
	return `A worker:

    heed user add --login n.example --name "Nadia Example" --job "Ward nurse"

A safeguarding lead, with both grantors at the keyboard:

    heed user add --login l.sample --name "Lena Sample" \
      --role safeguarding_lead --grantor guardian --grantor executive

The command prints a set-up code, to be told in person; mail tells the person that there is an account, without the code. With it the person chooses a password and a second factor at /set-up; nobody else learns either.`
}

func (c *userAddCmd) Run(env *Env) error {
	n := directory.NewPerson{Login: c.Login, Name: c.Name, Email: c.Email, Phone: c.Phone, Job: c.Job,
		Role: access.Role(c.Role)}
	if err := n.Validate(); err != nil {
		return err
	}
	return open(env, c.place, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		words, err := words(env, a, c.Grantor)
		if err != nil {
			return err
		}
		e, err := a.Directory.AddPerson(env.Ctx, o.ID, n, words...)
		if err != nil {
			return both(err)
		}
		env.say("%s has an account as %s.", c.Login, n.Role.Label())
		sayCode(env, e.Code, "7 days")
		return nil
	})
}

func sayCode(env *Env, code, life string) {
	env.say("Tell them this code in person. It works once, for %s, at /set-up:\n  %s", life, code)
}

type userGrantCmd struct {
	place  `embed:""`
	voices `embed:""`
	Login  string `env:"-" help:"Login name of the person." required:"" aliases:"user"`
	Role   string `env:"-" help:"${roles}." required:""`
}

func (userGrantCmd) Help() string {
	return `    heed user grant-role --login l.sample --role safeguarding_lead \
      --grantor guardian --grantor executive`
}

func (c *userGrantCmd) Run(env *Env) error {
	return aboutPerson(env, c.place, c.voices, c.Login, func(a *app.App, p directory.Person, o directory.Organisation,
		words []directory.Word) error {
		team := o.Teams[0].ID
		if len(p.Grants) > 0 {
			team = p.Grants[0].Team
		}
		if err := a.Directory.Grant(env.Ctx, p.ID, access.Role(c.Role), team, words...); err != nil {
			return err
		}
		env.say("%s is now also %s.", c.Login, access.Role(c.Role).Label())
		return nil
	})
}

type userRevokeCmd struct {
	place  `embed:""`
	voices `embed:""`
	Login  string `env:"-" help:"Login name of the person." required:"" aliases:"user"`
	Role   string `env:"-" help:"The role that is taken back." required:""`
}

func (userRevokeCmd) Help() string {
	return `    heed user revoke-role --login l.sample --role safeguarding_lead --grantor guardian`
}

func (c *userRevokeCmd) Run(env *Env) error {
	return aboutPerson(env, c.place, c.voices, c.Login, func(a *app.App, p directory.Person, _ directory.Organisation,
		words []directory.Word) error {
		if err := a.Directory.Revoke(env.Ctx, p.ID, access.Role(c.Role), words...); err != nil {
			return err
		}
		env.say("%s is no longer %s. Pages and tokens keep to it from the next request on.", c.Login,
			access.Role(c.Role).Label())
		return nil
	})
}

type userLeaveCmd struct {
	place  `embed:""`
	voices `embed:""`
	Login  string `env:"-" help:"Login name of the person." required:"" aliases:"user"`
}

func (userLeaveCmd) Help() string {
	return `    heed user leave --login n.example --grantor guardian

What the person raised and did stays in the records. Sessions and tokens of theirs give nothing from the next request on. The name cannot be used again.

A grantor who leaves can give no more words: give their place to somebody else first, with heed grantor replace.`
}

func (c *userLeaveCmd) Run(env *Env) error {
	return aboutPerson(env, c.place, c.voices, c.Login, func(a *app.App, p directory.Person, o directory.Organisation,
		words []directory.Word) error {
		if err := a.Directory.Leave(env.Ctx, p.ID, words...); err != nil {
			return err
		}
		env.say("%s has left. Their sessions and tokens give nothing any more.", c.Login)
		if o.IsGrantor(p.ID) {
			env.say("Note: %s was a grantor. Nobody can be given a role beyond that of a worker until somebody has taken "+
				"their place:\n  heed grantor replace --out %s --help", c.Login, c.Login)
		}
		return nil
	})
}

type userCodeCmd struct {
	place  `embed:""`
	voices `embed:""`
	Login  string `env:"-" help:"Login name of the person." required:"" aliases:"user"`
}

func (userCodeCmd) Help() string {
	return `A worker who lost their phone:

    heed user code --login n.example

Whoever has the code becomes that person. For somebody with a role beyond that of a worker it therefore needs the word of both grantors:

    heed user code --login l.sample --grantor guardian --grantor executive

Older codes end with it, and so do their sessions. They hear of it by mail, without the code. Password, second factor and passkeys go on until new ones are chosen at /set-up.`
}

func (c *userCodeCmd) Run(env *Env) error {
	return aboutPerson(env, c.place, c.voices, c.Login, func(a *app.App, p directory.Person, _ directory.Organisation,
		words []directory.Word) error {
		code, err := a.Directory.OfferEnrolment(env.Ctx, p.ID, words...)
		if err != nil {
			return err
		}
		sayCode(env, code, "24 hours")
		return nil
	})
}

type userLinkCmd struct {
	place   `embed:""`
	voices  `embed:""`
	Login   string `env:"-" help:"Login name of the person." required:"" aliases:"user"`
	Issuer  string `env:"-" help:"The provider's issuer, as the file of --log-in-with has it." required:""`
	Subject string `env:"-" help:"Who the person is there: the provider's sub." required:""`
}

func (userLinkCmd) Help() string {
	return `A worker, who logs in at the provider from then on:

    heed user link --login n.example --issuer https://login.example.nhs.uk --subject 555036634107

Whoever is that subject at the provider becomes that person: at once where that provider asserts a second factor, otherwise with the code of the person's own app. For somebody with a role beyond that of a worker it therefore needs the word of both grantors:

    heed user link --login l.sample --issuer https://login.example.nhs.uk --subject 555036634108 \
      --grantor guardian --grantor executive

They hear of it by mail, and can take the link away on "Your account". A provider never gives a role. Setting the account up anew ends the link.`
}

func (c *userLinkCmd) Run(env *Env) error {
	return aboutPerson(env, c.place, c.voices, c.Login, func(a *app.App, p directory.Person, _ directory.Organisation,
		words []directory.Word) error {
		if err := a.Directory.LinkAtMachine(env.Ctx, p.ID, c.Issuer, c.Subject, words...); err != nil {
			return err
		}
		env.say("%s can log in as that subject from now on: at once where that provider asserts a second factor, otherwise "+
			"with the code of their own app.", c.Login)
		return nil
	})
}

// aboutPerson opens the installation, finds somebody and hears the words.
func aboutPerson(env *Env, at place, v voices, login string, fn func(*app.App, directory.Person, directory.Organisation,
	[]directory.Word) error) error {
	return open(env, at, func(a *app.App) error {
		p, err := person(env, a, login)
		if err != nil {
			return err
		}
		o, err := a.Directory.Organisation(env.Ctx, p.Org)
		if err != nil {
			return err
		}
		words, err := words(env, a, v.Grantor)
		if err != nil {
			return err
		}
		return both(fn(a, p, o, words))
	})
}

func person(env *Env, a *app.App, login string) (directory.Person, error) {
	p, err := a.Directory.FindLogin(env.Ctx, login)
	if fail.Is(err, fail.Missing) {
		return p, fail.Wrap(fail.Missing, err, "Nobody here has the login name %s", login)
	}
	return p, err
}

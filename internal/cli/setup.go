package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/clock"
	"heed/internal/clock/workday"
	"heed/internal/directory"
	"heed/internal/fail"
)

type initCmd struct {
	place     `embed:""`
	Name      string   `help:"Name of the organisation." required:"" env:"HEED_NAME"`
	Nation    string   `help:"Whose bank holidays count: england-and-wales, scotland, northern-ireland." default:"england-and-wales" env:"HEED_NATION"`
	Team      string   `help:"Name of the team that takes up concerns." default:"Safeguarding team"`
	LeadName  string   `help:"Whom to ring about a concern." required:""`
	LeadPhone string   `help:"On which number." required:""`
	Telephone string   `help:"Number shown when Heed is away; the lead's when not given."`
	ExitURL   string   `help:"Where Leave this page goes: your intranet." default:"https://www.nhs.uk/" name:"exit-url"`
	Colleague string   `help:"Owner of the route for concerns about colleagues, as: Name, telephone."`
	Grantor   []string `help:"A grantor, as: login, Full Name, email, role. Give it twice: two different people, who together grant every further role. Roles: caldicott_guardian, executive_lead, safeguarding_lead, administrator." required:"" sep:"none"`
	OnePerson bool     `help:"A one-person practice with one grantor; its statement page says so."`
}

func (c *initCmd) Run(env *Env) error {
	f := directory.Founding{Name: c.Name, Telephone: c.Telephone, ExitURL: c.ExitURL, Nation: workday.Nation(c.Nation), Team: c.Team,
		Lead: directory.Contact{Name: c.LeadName, Telephone: c.LeadPhone}, OnePerson: c.OnePerson}
	if !f.Nation.Valid() {
		return fail.New(fail.Bad, "Nation must be england-and-wales, scotland or northern-ireland")
	}
	if f.Telephone == "" {
		f.Telephone = c.LeadPhone
	}
	if name, phone, ok := strings.Cut(c.Colleague, ","); ok {
		f.Colleague = directory.ColleagueDoor{Owner: strings.TrimSpace(name), Telephone: strings.TrimSpace(phone)}
	}
	for _, g := range c.Grantor {
		p, err := parsePerson(g)
		if err != nil {
			return err
		}
		f.Grantors = append(f.Grantors, p)
	}
	cfg := c.config()
	_, codes, err := app.Init(env.Ctx, cfg, clock.System{}, env.Log, f)
	if err != nil {
		return err
	}
	env.say("%s is set up in %s.", c.Name, c.Data)
	env.say("\nGive each grantor their own code, by a way that only they see. It works once, for 7 days, at /set-up:")
	for _, e := range codes {
		env.say("  %s: %s", e.Login, e.Code)
	}
	v, err := app.LogVerifier(cfg)
	if err != nil {
		return err
	}
	env.say("\nThe public key of your log, for your witness and your auditors:\n  %s", v)
	env.say("\nCopy %s and %s to a safe now: without them nothing can be read again, and whoever has them and the database can read everything.", cfg.KeyFilePath(), cfg.LogKeyPath())
	env.say("The generation keys in %s have a backup life of their own: keep their backups no longer than --backup-life.", cfg.KeyStorePath())
	env.say("\nNext%s:\n  heed serve --data %s", c.sameDB(), c.Data)
	return nil
}

// parsePerson reads "login, Full Name, email, role".
func parsePerson(s string) (directory.NewPerson, error) {
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if len(parts) != 4 {
		return directory.NewPerson{}, fail.New(fail.Bad, "A grantor is four things with commas between them: login, Full Name, email, role")
	}
	p := directory.NewPerson{Login: parts[0], Name: parts[1], Email: parts[2], Role: access.Role(parts[3])}
	return p, p.Validate()
}

type userCmd struct {
	Add userAddCmd `cmd:"" help:"Give somebody an account. A role beyond that of a worker needs the word of both grantors."`
}

type userAddCmd struct {
	place   `embed:""`
	Login   string   `env:"-" help:"Login name." required:""`
	Name    string   `env:"-" help:"Full name." required:""`
	Email   string   `env:"-" help:"Email address, for notices that say nothing."`
	Phone   string   `env:"-" help:"Telephone number."`
	Job     string   `env:"-" help:"Job title."`
	Role    string   `env:"-" help:"worker, safeguarding_lead, caldicott_guardian, executive_lead, administrator, analyst." default:"worker"`
	Org     string   `env:"-" help:"Name of the organisation, when there are several."`
	Grantor []string `env:"-" help:"Login of a grantor who gives their word; they are asked for password and code, or HEED_WORD_1 and HEED_WORD_2 hold them as: password code."`
}

func (c *userAddCmd) Run(env *Env) error {
	n := directory.NewPerson{Login: c.Login, Name: c.Name, Email: c.Email, Phone: c.Phone, Job: c.Job, Role: access.Role(c.Role)}
	if err := n.Validate(); err != nil {
		return err
	}
	return open(env, c.place, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		var words []directory.Word
		for i, login := range c.Grantor {
			w, err := word(env, a, login, fmt.Sprintf("HEED_WORD_%d", i+1))
			if err != nil {
				return err
			}
			words = append(words, w)
		}
		e, err := a.Directory.AddPerson(env.Ctx, o.ID, n, words...)
		if err != nil {
			return err
		}
		env.say("%s has an account as %s.\nGive them this code by a way that only they see. It works once, for 7 days, at /set-up:\n  %s", c.Login, n.Role, e.Code)
		return nil
	})
}

type tokenCmd struct {
	New tokenNewCmd `cmd:"" help:"Make a token with which a program acts as a person. That person gives password and code."`
}

type tokenNewCmd struct {
	place `embed:""`
	User  string        `env:"-" help:"Login of the person." required:""`
	Label string        `env:"-" help:"What the token is for." default:"token"`
	Life  time.Duration `env:"-" help:"How long it lasts." default:"2160h"`
}

func (c *tokenNewCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		w, err := word(env, a, c.User, "HEED_WORD")
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

// open opens an installation for one command.
func open(env *Env, p place, fn func(*app.App) error) error {
	a, err := app.Open(env.Ctx, p.config(), clock.System{}, env.Log)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	return fn(a)
}

func organisation(env *Env, a *app.App, name string) (directory.Organisation, error) {
	all, err := a.Directory.Organisations(env.Ctx)
	if err != nil {
		return directory.Organisation{}, err
	}
	for _, o := range all {
		if o.Name == name || name == "" && len(all) == 1 {
			return o, nil
		}
	}
	return directory.Organisation{}, fail.New(fail.Bad, "Name the organisation with --org")
}

// word asks somebody for password and one-time code: from the environment, else
// line by line. They are not taken from arguments, which other users can see.
func word(env *Env, a *app.App, login, variable string) (directory.Word, error) {
	password, code := "", ""
	if v := os.Getenv(variable); v != "" {
		if i := strings.LastIndexByte(strings.TrimSpace(v), ' '); i > 0 {
			password, code = v[:i], strings.TrimSpace(v[i:])
		}
	} else {
		in := bufio.NewReader(env.In)
		var err error
		fmt.Fprintf(env.Err, "Password of %s: ", login)
		if password, err = line(in); err != nil {
			return directory.Word{}, err
		}
		fmt.Fprintf(env.Err, "Code of %s: ", login)
		if code, err = line(in); err != nil {
			return directory.Word{}, err
		}
		env.In = in
	}
	return a.Directory.GiveWord(env.Ctx, login, password, code)
}

func line(in *bufio.Reader) (string, error) {
	s, err := in.ReadString('\n')
	if err != nil && (err != io.EOF || s == "") {
		return "", fail.New(fail.Bad, "Enter a password and a code: nothing more was typed")
	}
	return strings.TrimRight(s, "\r\n"), nil
}

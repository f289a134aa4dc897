package cli

import (
	"strings"

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
	Second    string   `help:"A second witness, as: login, Full Name, email, role (worker will do). With their word and the other grantor's a grantor who leaves can be replaced." name:"second-witness"`
	OnePerson bool     `help:"A one-person practice with one grantor; its statement page says so."`
}

func (initCmd) Help() string {
	return `    heed init --data /srv/heed --name "Fernwick Vale Hospitals" \
      --lead-name "Lena Sample" --lead-phone "01632 960101" \
      --grantor "guardian, Gwen Sample, guardian@example.org, caldicott_guardian" \
      --grantor "executive, Ed Example, executive@example.org, executive_lead"

Two different people, the grantors, together give every further role: the operator of the machine cannot. A practice with one person gives --grantor once and --one-person.

With PostgreSQL add --db postgres://heed@host/heed; the keys stay in the folder.`
}

func (c *initCmd) Run(env *Env) error {
	f := directory.Founding{Name: c.Name, Telephone: c.Telephone, ExitURL: c.ExitURL, Nation: workday.Nation(c.Nation),
		Team: c.Team,
		Lead: directory.Contact{Name: c.LeadName, Telephone: c.LeadPhone}, OnePerson: c.OnePerson}
	if !f.Nation.Valid() {
		return fail.New(fail.Bad, "--nation must be england-and-wales, scotland or northern-ireland")
	}
	if f.Telephone == "" {
		f.Telephone = c.LeadPhone
	}
	if c.Colleague != "" {
		name, phone, _ := strings.Cut(c.Colleague, ",")
		f.Colleague = directory.ColleagueDoor{Owner: strings.TrimSpace(name), Telephone: strings.TrimSpace(phone)}
		if f.Colleague.Owner == "" || f.Colleague.Telephone == "" {
			return fail.New(fail.Bad,
				`--colleague is a name and a telephone number with a comma between them, such as "Owen Placeholder, 01632 960102"`)
		}
	}
	for _, g := range c.Grantor {
		p, err := parsePerson(g)
		if err != nil {
			return fail.Wrap(fail.Bad, err, "The grantor %q cannot be named so: %s", g, wordsOf(err))
		}
		f.Grantors = append(f.Grantors, p)
	}
	if c.Second != "" {
		p, err := parsePerson(c.Second)
		if err != nil {
			return fail.Wrap(fail.Bad, err, "The second witness %q cannot be named so: %s", c.Second, wordsOf(err))
		}
		f.Second = &p
	}
	f.Recovery = directory.NewRecoveryWord()
	if err := f.Validate(); err != nil {
		return err
	}
	cfg := c.config()
	err := app.Init(env.Ctx, cfg, clock.System{}, env.Log, f, func(_ directory.Organisation,
		codes []directory.Enrolment) error {
		env.say("%s is set up in %s.", c.Name, c.Data)
		if c.OnePerson {
			env.say("One person alone grants every role here: its statement page says so.")
		}
		env.say("\nGive each of them their own code, by a way that only they see. It works once, for 7 days, at /set-up:")
		for _, e := range codes {
			env.say("  %s: %s", e.Login, e.Code)
		}
		env.say("\nThe recovery word, which is shown this once. Write it down and put it into the safe: with it and "+
			"somebody's word a grantor who leaves, or lost everything, can be replaced:\n    %s", f.Recovery)
		if f.Second == nil {
			env.say("No second witness was named: a grantor can be replaced only with this word.")
		}
		return nil
	})
	if err != nil {
		return err
	}
	v, err := app.LogVerifier(cfg)
	if err != nil {
		return err
	}
	env.say("\nThe public key of your log, for your witness and your auditors:\n  %s", v)
	env.say("\nCopy %s and %s to a safe now: without them nothing can be read again, and whoever has them and the "+
		"database can read everything.", cfg.KeyFilePath(), cfg.LogKeyPath())
	env.say("The generation keys in %s have a backup life of their own: keep their backups no longer than --backup-life.",
		cfg.KeyStorePath())
	env.say("\nNext:\n  heed serve %s", c.where())
	return nil
}

// parsePerson reads "login, Full Name, email, role".
func parsePerson(s string) (directory.NewPerson, error) {
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if len(parts) != 4 {
		return directory.NewPerson{}, fail.New(fail.Bad, "A grantor is four things with commas between them: login, Full "+
			"Name, email, role")
	}
	p := directory.NewPerson{Login: parts[0], Name: parts[1], Email: parts[2], Role: access.Role(parts[3])}
	return p, p.Validate()
}

// wordsOf is everything an error says, in one line.
func wordsOf(err error) string {
	var all []string
	for _, f := range fail.FieldsOf(err) {
		all = append(all, f.Words)
	}
	if len(all) == 0 {
		return fail.Words(err)
	}
	return strings.Join(all, "; ")
}

// open opens an installation for one command.
func open(env *Env, p place, fn func(*app.App) error) error {
	return openConfig(env, p.config(), fn)
}

func openConfig(env *Env, cfg app.Config, fn func(*app.App) error) error {
	a, err := app.Open(env.Ctx, cfg, clock.System{}, env.Log)
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
	names := make([]string, len(all))
	for i, o := range all {
		names[i] = o.Name
	}
	return directory.Organisation{}, fail.New(fail.Bad, "Name the organisation with --org. There are: %s",
		strings.Join(names, "; "))
}

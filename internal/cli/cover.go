package cli

import (
	"heed/internal/access"
	"heed/internal/app"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/room"
)

// acting is whoever does something by a command as they would on a page: with password
// and code, in a role of theirs, by the same rules.
type acting struct {
	As   string `env:"-" help:"Login of whoever does this. They are asked for password and code, or HEED_WORD_1 holds them as: password code." required:""`
	Role string `env:"-" help:"In which of their roles; the first that they were given when it is not said."`
}

func (c acting) actor(env *Env, a *app.App) (access.Actor, error) {
	w, err := word(env, a, c.As, "HEED_WORD_1")
	if err != nil {
		return access.Actor{}, err
	}
	actor, err := a.Directory.Actor(env.Ctx, w.Person(), access.Role(c.Role), true)
	if fail.Is(err, fail.SignIn) {
		return actor, fail.Wrap(fail.SignIn, err, "%s does not hold that role", c.As)
	}
	return actor, err
}

type userCoverCmd struct {
	place  `embed:""`
	acting `embed:""`
	Login  string `env:"-" help:"Login name of whoever is away." required:"" aliases:"user"`
	By     string `env:"-" help:"Login name of whoever covers." required:""`
	From   string `env:"-" help:"The first day away: 2026-03-02." required:""`
	Until  string `env:"-" help:"The last day away." required:""`
}

func (userCoverCmd) Help() string {
	return `    heed user cover --login l.sample --by s.second --from 2026-03-02 --until 2026-03-13 --as l.sample

It begins and ends by itself. Whoever covers has the same role, sees what the other has to do, and may do it in their place, in their own name. People arrange their own cover; a safeguarding lead arranges it for their team, and an administrator for anybody. It is ended early on the page "Cover while somebody is away".`
}

func (c *userCoverCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		actor, err := c.actor(env, a)
		if err != nil {
			return err
		}
		away, err := person(env, a, c.Login)
		if err != nil {
			return err
		}
		by, err := person(env, a, c.By)
		if err != nil {
			return err
		}
		in := field.Said("person", away.ID.String(), "by", by.ID.String(), "from", c.From, "until", c.Until)
		said, err := room.CoverSaid(actor, room.CoverFields(), in, a.Clock.Now())
		if err == nil {
			err = a.Rooms.ArrangeCover(env.Ctx, actor, said)
		}
		if err != nil {
			return err
		}
		env.say("%s covers for %s from %s until %s. Both are told.", c.By, c.Login, said.From.Words(), said.Until.Words())
		return nil
	})
}

type userHandOverCmd struct {
	place  `embed:""`
	acting `embed:""`
	Login  string `env:"-" help:"Login name of whoever has the records." required:"" aliases:"user"`
	To     string `env:"-" help:"Login name of whoever has them from now on." required:""`
	Why    string `env:"-" help:"Why they are handed over." required:""`
}

func (userHandOverCmd) Help() string {
	return `    heed user hand-over --login l.sample --to s.second --why "Lena has left" --as s.second

All that the one has, and whoever does this may give away, goes to the other. Each record says who handed it over and why. What is closed to the other stays where it is, and is named.`
}

func (c *userHandOverCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		actor, err := c.actor(env, a)
		if err != nil {
			return err
		}
		from, err := person(env, a, c.Login)
		if err != nil {
			return err
		}
		to, err := person(env, a, c.To)
		if err != nil {
			return err
		}
		return handAll(env, a, actor, from.ID, to.ID, c.Why)
	})
}

// handAll hands over page by page.
func handAll(env *Env, a *app.App, actor access.Actor, from, to id.Person, why string) error {
	done, q := 0, room.Query{Limit: room.MaxPage}
	for {
		has, err := a.Rooms.Holds(env.Ctx, actor, from, q)
		if err != nil {
			return err
		}
		h := room.Handing{From: from, To: to, Why: why}
		for _, r := range has.Rows {
			h.What = append(h.What, room.Named{Room: r.Room.Name, Reference: r.Reference})
		}
		if len(h.What) == 0 {
			break
		}
		got, err := a.Rooms.HandOver(env.Ctx, actor, h)
		if err != nil {
			return err
		}
		for _, x := range got {
			if x.Refused == "" {
				done++
				continue
			}
			env.say("Not handed over: %s %s. %s", x.One, x.Reference, x.Refused)
		}
		if q.After = has.Next; q.After == "" {
			break
		}
	}
	env.say("%d handed over.", done)
	return nil
}

package cli

import (
	"fmt"

	"heed/internal/app"
	"heed/internal/directory"
	"heed/internal/id"
)

type eraseCmd struct {
	place     `embed:""`
	Reference string   `arg:"" help:"Reference of the closed concern."`
	Reason    string   `env:"-" help:"Why it is erased; kept." required:""`
	By        []string `env:"-" help:"Logins of two people who give their word: the Caldicott Guardian, and a safeguarding lead or the executive lead. Each is asked for password and code, or HEED_WORD_1 and HEED_WORD_2 hold them." required:""`
	Org       string   `env:"-" help:"Name of the organisation, when there are several."`
}

func (c *eraseCmd) Run(env *Env) error {
	ref, err := id.ParseReference(c.Reference)
	if err != nil {
		return err
	}
	return open(env, c.place, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		var words []directory.Word
		for i, login := range c.By {
			w, err := word(env, a, login, fmt.Sprintf("HEED_WORD_%d", i+1))
			if err != nil {
				return err
			}
			words = append(words, w)
		}
		certificate, err := a.Concerns.Erase(env.Ctx, o.ID, ref, c.Reason, words...)
		if err != nil {
			return err
		}
		env.say("%s", certificate)
		return nil
	})
}

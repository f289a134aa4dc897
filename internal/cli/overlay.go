package cli

import (
	"os"

	"heed/internal/app"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
)

type processLayCmd struct {
	place  `embed:""`
	File   string `arg:"" help:"The overlay (JSON)." type:"path"`
	voices `embed:""`
	Org    string `env:"-" help:"Name of the organisation, when there are several."`
}

func (processLayCmd) Help() string {
	return `    heed process check our-overlay.json
    heed process lay our-overlay.json --grantor guardian --grantor executive

It stands in the organisation's own record, counts at once on every machine, and moves nothing that was done before. A version that was laid never changes: give the next one a higher version.`
}

func (c *processLayCmd) Run(env *Env) error {
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return fail.Wrap(fail.Bad, err, "The overlay %s is not there, or this user may not read it", c.File)
	}
	return c.onGrantors(env, c.place, c.Org, func(a *app.App, org id.Org, words []directory.Word) error {
		name, err := a.Directory.LayOverlay(env.Ctx, org, raw, words...)
		if fail.Is(err, fail.Bad) {
			err = fail.Wrap(fail.Bad, err, "%s: %s", c.File, fail.Words(err))
		}
		if err != nil {
			return err
		}
		env.say("In force from now on: %s.", name)
		return nil
	})
}

type processOffCmd struct {
	place  `embed:""`
	voices `embed:""`
	Org    string `env:"-" help:"Name of the organisation, when there are several."`
}

func (c *processOffCmd) Run(env *Env) error {
	return c.onGrantors(env, c.place, c.Org, func(a *app.App, org id.Org, words []directory.Word) error {
		if err := a.Directory.TakeOverlayOff(env.Ctx, org, words...); err != nil {
			return err
		}
		env.say("The shipped process is followed from now on.")
		return nil
	})
}

// onGrantors is what is done on the word of both grantors.
func (v voices) onGrantors(env *Env, p place, org string, do func(*app.App, id.Org, []directory.Word) error) error {
	return open(env, p, func(a *app.App) error {
		o, err := organisation(env, a, org)
		if err != nil {
			return err
		}
		words, err := words(env, a, v.Grantor)
		if err != nil {
			return err
		}
		return both(do(a, o.ID, words))
	})
}

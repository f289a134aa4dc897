package cli

import (
	"errors"
	"os"
	"slices"
	"strings"

	"heed/internal/app"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

type overlayCmd struct {
	Check overlayCheckCmd `cmd:"" help:"Say in words what an overlay changes, and whether it may be laid."`
	Lay   overlayLayCmd   `cmd:"" help:"Lay an overlay, on the word of both grantors."`
	Show  overlayShowCmd  `cmd:"" help:"Say in words what is in force."`
	Off   overlayOffCmd   `cmd:"" help:"Take off what lies on a kind of record: it is followed as it is shipped."`
}

type overlayFile struct {
	File string `arg:"" help:"The overlay (JSON). It names the definition on which it lies." type:"path"`
}

func (c overlayFile) read() ([]byte, error) {
	raw, err := os.ReadFile(c.File)
	if err != nil {
		err = fail.Wrap(fail.Bad, err, "The overlay %s is not there, or this user may not read it", c.File)
	}
	return raw, err
}

// named is a refusal with the file and its line.
func (c overlayFile) named(err error) error {
	var refused *process.NotTaken
	if errors.As(err, &refused) {
		err = fail.Wrap(fail.KindOf(err), err, "%s:%d: %s", c.File, refused.Line, fail.Words(err))
	}
	return err
}

type overlayCheckCmd struct {
	overlayFile `embed:""`
}

func (overlayCheckCmd) Help() string {
	return `    heed overlay check our-overlay.json

It names file, line and what to do when an overlay would take something away or cannot be followed, and of a concern the shortest way around a safeguard. heed overlay lay refuses such an overlay too.`
}

func (c *overlayCheckCmd) Run(env *Env) error {
	raw, err := c.read()
	if err != nil {
		return err
	}
	rules, err := app.Policy()
	if err != nil {
		return err
	}
	o, err := room.ReadOverlay(rules, app.Kinds(), raw)
	var unsafe *process.Unsafe
	if errors.As(err, &unsafe) {
		env.say("%s", unsafe.Report)
	}
	if err != nil {
		return c.named(err)
	}
	env.sayOverlay(o)
	env.say("It takes nothing away, and can be laid.")
	return nil
}

// sayOverlay says what an overlay makes of the definition on which it lies.
func (e *Env) sayOverlay(o room.Overlaid) {
	e.say("%s lies on %s: %s.", o.Becomes.Local, o.On.Name(), strings.TrimSuffix(o.On.Title, "."))
	for _, line := range o.Becomes.Changes(o.On) {
		e.say("  %s.", strings.TrimSuffix(line, "."))
	}
}

type overlayLayCmd struct {
	place       `embed:""`
	overlayFile `embed:""`
	voices      `embed:""`
	Org         string `env:"-" help:"Name of the organisation, when there are several."`
}

func (overlayLayCmd) Help() string {
	return `    heed overlay check our-overlay.json
    heed overlay lay our-overlay.json --grantor guardian --grantor executive

It stands in the organisation's own record, counts at once on every machine, and moves nothing that was done before. A version that was laid never changes, and versions only go up: give the next one a higher version.`
}

func (c *overlayLayCmd) Run(env *Env) error {
	raw, err := c.read()
	if err != nil {
		return err
	}
	return c.onGrantors(env, c.place, c.Org, func(a *app.App, org id.Org, words []directory.Word) error {
		o, err := a.Rooms.LayOverlay(env.Ctx, org, raw, words...)
		if err != nil {
			return c.named(err)
		}
		env.sayOverlay(o)
		env.say("In force from now on: %s.", o.Becomes.Name())
		return nil
	})
}

type ofRoom struct {
	Room string `help:"The kind of record: concern, policy …" required:""`
}

func (c ofRoom) find() (*room.Room, error) {
	var names []string
	for _, r := range app.Kinds() {
		if names = append(names, r.Name); r.Name == c.Room {
			return r, nil
		}
	}
	slices.Sort(names)
	return nil, fail.New(fail.Bad, "There is no kind of record with the name that --room gives. Name one of: %s",
		strings.Join(names, ", "))
}

type overlayShowCmd struct {
	place  `embed:""`
	ofRoom `embed:""`
	Org    string `env:"-" help:"Name of the organisation, when there are several."`
}

func (c *overlayShowCmd) Run(env *Env) error {
	return open(env, c.place, func(a *app.App) error {
		o, err := organisation(env, a, c.Org)
		if err != nil {
			return err
		}
		r, err := c.find()
		if err != nil {
			return err
		}
		all := a.Rooms.InForce(r, o)
		for _, l := range all {
			env.sayOverlay(l)
		}
		if len(all) == 0 {
			env.say("Nothing lies on the %s: they are followed as they are shipped.", r.Many)
		}
		for _, why := range a.Rooms.NotFollowed(o) {
			env.say("%s.", why)
		}
		return nil
	})
}

type overlayOffCmd struct {
	place  `embed:""`
	ofRoom `embed:""`
	voices `embed:""`
	Org    string `env:"-" help:"Name of the organisation, when there are several."`
}

func (c *overlayOffCmd) Run(env *Env) error {
	return c.onGrantors(env, c.place, c.Org, func(a *app.App, org id.Org, words []directory.Word) error {
		r, err := c.find()
		if err != nil {
			return err
		}
		if err := a.Rooms.TakeOverlaysOff(env.Ctx, org, r, words...); err != nil {
			return err
		}
		env.say("The %s are followed as they are shipped from now on.", r.Many)
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

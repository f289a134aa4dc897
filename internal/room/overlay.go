package room

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/store"
)

// An organisation lays an overlay on a definition of any room: see decision 0715. A record
// goes on by the definition under which it began and what lies on that now; what was said
// before is read by what it names. Nothing of an overlay stands in a row.

// actLocal is what access is asked for a step that an overlay added.
const actLocal = "local_step"

// laid is a definition under an overlay; or why it is not followed.
type laid struct {
	definition *process.Definition
	err        error
}

// laying is a definition and the text that lies on it: what comes of both never changes.
type laying struct {
	on   *process.Definition
	text string
}

// under is a definition under an overlay.
func (d *Desk) under(r *Room, def *process.Definition, over directory.Overlay) (*process.Definition, error) {
	key := laying{def, string(over.Text)}
	if known, ok := d.overlaid.Load(key); ok {
		return known.(laid).definition, known.(laid).err
	}
	out, err := r.Under(def, over.Text)
	d.overlaid.Store(key, laid{out, err})
	return out, err
}

// followed is a definition as an organisation follows it. One whose overlay cannot be read
// is followed as it is shipped, and that is said: see NotFollowed.
func (d *Desk) followed(r *Room, def *process.Definition, o directory.Organisation) *process.Definition {
	if over, ok := o.InForce(def.Name()); ok {
		if out, err := d.under(r, def, over); err == nil {
			return out
		}
	}
	return def
}

// goesBy is the definition by which a record goes on.
func (d *Desk) goesBy(tx *store.Tx, r *Room, s *State) (*process.Definition, error) {
	def, err := r.Definition(s.Definition)
	if err != nil {
		return nil, err
	}
	o, err := d.Directory.OrganisationIn(tx, s.Org)
	return d.followed(r, def, o), err
}

// called is goesBy for words alone: by the organisation as it was last looked up.
func (d *Desk) called(tx *store.Tx, r *Room, s *State) (*process.Definition, error) {
	def, err := r.Definition(s.Definition)
	if err != nil {
		return nil, err
	}
	return d.followed(r, def, d.Directory.KnownIn(tx, s.Org)), nil
}

// Follows is the definition that a new record of an organisation follows.
func (d *Desk) Follows(r *Room, org id.Org) *process.Definition {
	return d.followed(r, r.Latest(), d.Directory.Known(org))
}

// Meant is the definition under which a step was taken, for its words: an overlay that was
// taken off still says what was asked under it.
func (d *Desk) Meant(r *Room, org id.Org, name string) (*process.Definition, error) {
	return d.meant(r, d.Directory.Known(org), name)
}

// meant is Meant of an organisation that was looked up.
func (d *Desk) meant(r *Room, o directory.Organisation, name string) (*process.Definition, error) {
	def, err := r.Definition(name)
	if err != nil || def.Name() == name {
		return def, err
	}
	if over, ok := o.Laid(name); ok {
		if out, err := d.under(r, def, over); err == nil {
			return out, nil
		}
	}
	return def, nil
}

// stepsOf are the steps of a room as an organisation follows it, but those that begin a
// record: those that it added too, of all definitions.
func (d *Desk) stepsOf(r *Room, org id.Org) (all []process.StepInfo) {
	o := d.Directory.Known(org)
	for _, def := range slices.Backward(r.Definitions) {
		for _, s := range d.followed(r, def, o).AllSteps[1:] {
			if !slices.ContainsFunc(all, func(x process.StepInfo) bool { return x.ID == s.ID }) {
				all = append(all, s)
			}
		}
	}
	return all
}

// AddedStep says whether an organisation added a step, to whichever definition of a room.
func (d *Desk) AddedStep(r *Room, org id.Org, step process.Step) bool {
	return slices.ContainsFunc(d.stepsOf(r, org), func(s process.StepInfo) bool { return s.ID == step && s.Local })
}

// Under lays an overlay on a definition of the room, or is *process.NotTaken.
func (r *Room) Under(def *process.Definition, raw []byte) (*process.Definition, error) {
	return def.Overlay(raw, r.safe(def))
}

// safe proves of what comes of an overlay what holds for every definition of the room.
func (r *Room) safe(shipped *process.Definition) func(*process.Definition) error {
	if r.Safe != nil {
		return r.Safe
	}
	return func(over *process.Definition) error {
		fault := r.sound(over)
		if fault == "" {
			fault = closes(shipped, over)
		}
		if fault != "" {
			return fail.New(fail.Bad, "%s. Leave out what stands there, or change it", fault)
		}
		return nil
	}
}

// closes says what an overlay makes impossible that was possible before, or "": a way in
// which a step can come out, and that whoever owes something can do it.
func closes(shipped, over *process.Definition) string {
	was, is := newWalk(shipped), newWalk(over)
	for _, s := range shipped.AllSteps {
		for _, o := range s.Outcomes {
			if was.out[outcome{s.ID, o.ID}] && !is.out[outcome{s.ID, o.ID}] {
				return fmt.Sprintf("nobody can take the step %s any more so that it comes out as %q: what it needs is never so",
					s.ID, o.Label)
			}
		}
	}
	for _, t := range over.Timers {
		i := slices.IndexFunc(shipped.Timers, func(x process.Deadline) bool { return x.ID == t.ID })
		if (i < 0 || meets(shipped, t)) && !meets(over, t) {
			return fmt.Sprintf("%s owes %q and can take no step that meets it", t.Owner, t.Label)
		}
	}
	return ""
}

// meets says whether whoever owes something can take a step that meets it.
func meets(d *process.Definition, t process.Deadline) bool {
	return slices.ContainsFunc(t.Until, func(ref string) bool {
		step, _, _ := strings.Cut(ref, "/")
		s, _ := d.Step(process.Step(step))
		return slices.Contains(s.Roles, t.Owner) || slices.Contains(s.Roles, process.Anyone)
	})
}

// Overlaid is an overlay that may be laid: on what, and what comes of both.
type Overlaid struct {
	Room        *Room
	On, Becomes *process.Definition
	Text        []byte
}

// ReadOverlay reads an overlay on a definition of one of these rooms as it may be laid, or
// is *process.NotTaken: with the line of the file, and what to do. The rules say who may take
// what it adds.
func ReadOverlay(rules *access.Policy, rooms []*Room, raw []byte) (out Overlaid, err error) {
	name, err := process.LiesOn(raw)
	if err != nil {
		return out, err
	}
	var known []string
	for _, r := range rooms {
		for _, def := range r.Definitions {
			known = append(known, def.Name())
			if def.Name() == name {
				out = Overlaid{Room: r, On: def, Text: raw}
			}
		}
	}
	if out.On == nil {
		slices.Sort(known)
		return out, process.AtPlace(raw, fail.New(fail.Bad, "on must be one of %s: the process that the overlay lies on",
			strings.Join(known, ", ")))
	}
	r := out.Room
	safe := r.safe(out.On)
	out.Becomes, err = out.On.Overlay(raw, func(over *process.Definition) error {
		if err := safe(over); err != nil {
			return err
		}
		for _, fault := range []string{r.untaken(rules, out.On, over), r.alone(rules, out.On, over)} {
			if fault != "" {
				return fail.New(fail.Bad, "%s", fault)
			}
		}
		return nil
	})
	return out, err
}

// ReadOverlay reads an overlay as this organisation may lay it: what it laid before does not
// come to mean something else, since records hold what was set under it.
func (d *Desk) ReadOverlay(ctx context.Context, org id.Org, raw []byte) (Overlaid, error) {
	out, err := ReadOverlay(d.Policy, d.rooms, raw)
	if err != nil {
		return out, err
	}
	o, err := d.Directory.Organisation(ctx, org)
	if err != nil {
		return out, err
	}
	if err := o.MayLay(directory.Overlay{Name: out.Becomes.Name(), Text: raw}); err != nil {
		return out, process.AtPlace(raw, err)
	}
	for _, was := range o.LaidOn(out.On.Name()) {
		before, err := d.under(out.Room, out.On, was)
		if err != nil {
			continue // nobody follows it, and that is said
		}
		if fault := out.Becomes.Mistaken(before); fault != "" {
			return out, process.AtPlace(raw, fail.New(fail.Bad, "%s: so it was in %s, and what was recorded by it would be "+
				"mistaken", fault, was.Name))
		}
	}
	return out, nil
}

// LayOverlay lays an overlay on the word of the organisation's grantors. It is checked
// first, by this program, whoever checked it before.
func (d *Desk) LayOverlay(ctx context.Context, org id.Org, raw []byte, words ...directory.Word) (Overlaid, error) {
	out, err := d.ReadOverlay(ctx, org, raw)
	if err != nil {
		return out, err
	}
	return out, d.Directory.LayOverlay(ctx, org, directory.Overlay{Name: out.Becomes.Name(), Text: raw}, words...)
}

// TakeOverlaysOff gives the organisation the definitions of a room as they are shipped: what
// lies on one that this program does not know is taken off as well.
func (d *Desk) TakeOverlaysOff(ctx context.Context, org id.Org, r *Room, words ...directory.Word) error {
	o, err := d.Directory.Organisation(ctx, org)
	if err != nil {
		return err
	}
	var on []string
	for _, def := range r.Definitions {
		on = append(on, def.Name())
	}
	for _, over := range o.AllInForce() {
		if of, _ := d.definition(over.On()); of == r && !slices.Contains(on, over.On()) {
			on = append(on, over.On())
		}
	}
	return d.Directory.TakeOverlaysOff(ctx, org, on, words...)
}

// InForce are the overlays that an organisation has in force on a room, oldest definition first.
func (d *Desk) InForce(r *Room, o directory.Organisation) (out []Overlaid) {
	for _, def := range r.Definitions {
		if over, ok := o.InForce(def.Name()); ok {
			if becomes, err := d.under(r, def, over); err == nil {
				out = append(out, Overlaid{r, def, becomes, over.Text})
			}
		}
	}
	return out
}

// NotFollowed says which overlays of an organisation this program does not follow, and on
// which records one has no bearing: none when there are none.
func (d *Desk) NotFollowed(o directory.Organisation) []string {
	var all []string
	for _, over := range o.AllInForce() {
		r, def := d.definition(over.On())
		if def == nil {
			all = append(all, fmt.Sprintf("The overlay %s of %s lies on %s, which this version of Heed does not know, and "+
				"what it adds is not asked. Whoever runs Heed can use a version that knows it%s", over.Name, o.Name, over.On(),
				r.unknown()))
			continue
		}
		off := fmt.Sprintf("take off what lies on the %s (heed overlay off --room %s)", r.Many, r.Name)
		if _, err := d.under(r, def, over); err != nil {
			all = append(all, fmt.Sprintf("The overlay %s of %s cannot be read by this version of Heed, and what it adds is "+
				"not asked: %s. Whoever runs Heed can correct its file, give it a higher version and lay that (heed overlay "+
				"lay), or %s", over.Name, o.Name, fail.Words(err), off))
			continue
		}
		if _, ok := o.InForce(r.Latest().Name()); !ok {
			all = append(all, fmt.Sprintf("The overlay %s of %s counts for the %s that were begun under %s; new ones follow "+
				"%s as it is shipped. Whoever runs Heed can lay one on that too (heed overlay lay), or %s: then those that "+
				"were begun before go on as shipped, too", over.Name, o.Name, r.Many, def.Name(), r.Latest().Name(), off))
		}
	}
	return all
}

// unknown says what can be done about an overlay on a version that is not known of a kind of
// record that is; of a kind that is not known nothing can.
func (r *Room) unknown() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf(", or take off all that lies on the %s (heed overlay off --room %s) and lay what is still wanted "+
		"on %s (heed overlay lay)", r.Many, r.Name, r.Latest().Name())
}

// definition is one that this program knows, with its room; of another version of one that it
// knows the room alone.
func (d *Desk) definition(name string) (of *Room, known *process.Definition) {
	for _, r := range d.rooms {
		for _, def := range r.Definitions {
			if def.Name() == name {
				return r, def
			}
			if family, _, _ := strings.Cut(def.Name(), "/"); strings.HasPrefix(name, family+"/") {
				of = r
			}
		}
	}
	return of, nil
}

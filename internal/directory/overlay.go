package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/store"
)

// overlayLaid stands in the organisation's own record: what it lays on the shipped
// process, as the file was, and on whose word.
type overlayLaid struct {
	Name string          `json:"name"` // of the definition that comes of it: "patient/1+ward-nine/3"
	Text json.RawMessage `json:"text"`
	By   []id.Person     `json:"by"`
}

type overlayTakenOff struct {
	Name string      `json:"name"`
	By   []id.Person `json:"by"`
}

// laid is an overlay that was in force once, with the definition that came of it.
type laid struct {
	name       string
	text       []byte
	definition *process.Definition
	unread     bool // by this program
}

// lay folds an overlay. One that this program cannot read any more, since it was made
// for a process that is not shipped, changes nothing: what was done under it stands in
// the entries. That it is not followed is said (Followed).
func (o *Organisation) lay(e overlayLaid) {
	d, err := process.Patient().Overlay(e.Text)
	if err != nil {
		d = process.Patient()
	}
	o.overlays = append(slices.Clip(o.overlays), laid{e.Name, e.Text, d, err != nil})
	o.inForce = e.Name
}

// Followed is nil, or that an overlay is in force which this program cannot read.
func (o Organisation) Followed() error {
	for _, l := range slices.Backward(o.overlays) {
		if l.name == o.inForce && l.unread {
			return fail.New(fail.Conflict, "The overlay %s of %s cannot be read by this version of Heed, and what it adds is "+
				"not asked. "+
				"Lay it anew for this version, or go back to the version before", l.name, o.Name)
		}
	}
	return nil
}

// Process is the patient route as this organisation follows it.
func (o Organisation) Process() *process.Definition {
	if o.inForce == "" {
		return process.Patient()
	}
	return o.Meant(o.inForce)
}

// Meant is the definition that an entry names, for its words: an overlay that was
// taken off still says what was asked under it.
func (o Organisation) Meant(name string) *process.Definition {
	for _, l := range slices.Backward(o.overlays) {
		if l.name == name {
			return l.definition
		}
	}
	return process.Patient()
}

// Process is the patient route as an organisation follows it, as it was last looked up.
func (d *Desk) Process(org id.Org) *process.Definition { return d.known(org).Process() }

// Meant is Organisation.Meant.
func (d *Desk) Meant(org id.Org, name string) *process.Definition { return d.known(org).Meant(name) }

// known is an organisation as it was last looked up, which every request does.
func (d *Desk) known(org id.Org) Organisation {
	d.mu.RLock()
	o, ok := d.orgs[org]
	d.mu.RUnlock()
	if ok || org.IsZero() {
		return o
	}
	o, err := d.Organisation(context.Background(), org)
	if err != nil {
		return Organisation{} // whoever needs more than words is told
	}
	return o
}

// LayOverlay lays an overlay on the organisation's process, on the word of its
// grantors. It is checked first, and refused with the shortest way in which a
// safeguard would be gone around. A version that was laid never changes its text.
func (d *Desk) LayOverlay(ctx context.Context, org id.Org, raw []byte, words ...Word) (name string, err error) {
	definition, err := process.Patient().Overlay(raw)
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	if err := json.Compact(&text, raw); err != nil {
		return "", fmt.Errorf("overlay: %w", err)
	}
	e := overlayLaid{Name: definition.Name(), Text: text.Bytes()}
	return e.Name, d.byGrantors(ctx, org, "An overlay", words, func(o Organisation, by []id.Person) (ledger.Event, error) {
		for _, l := range o.overlays {
			if l.name == e.Name && !bytes.Equal(l.text, e.Text) {
				return ledger.Event{}, fail.New(fail.Conflict,
					"%s was laid with another text before, and records name it: give the overlay a higher version", e.Name)
			}
		}
		if o.inForce == e.Name {
			return ledger.Event{}, fail.New(fail.Conflict, "%s is in force already", e.Name)
		}
		e.By = by
		return ledger.Event{Kind: kindOverlayLaid, Data: e}, nil
	})
}

// TakeOverlayOff gives the organisation the shipped process again.
func (d *Desk) TakeOverlayOff(ctx context.Context, org id.Org, words ...Word) error {
	return d.byGrantors(ctx, org, "To take an overlay off", words,
		func(o Organisation, by []id.Person) (ledger.Event, error) {
			if o.inForce == "" {
				return ledger.Event{}, fail.New(fail.Conflict,
					"No overlay is in force: this organisation follows the shipped process")
			}
			return ledger.Event{Kind: kindOverlayOff, Data: overlayTakenOff{o.inForce, by}}, nil
		})
}

// byGrantors writes into the organisation's own record on the word of every grantor.
func (d *Desk) byGrantors(ctx context.Context, org id.Org, what string, words []Word,
	event func(Organisation, []id.Person) (ledger.Event, error)) error {
	return d.Store.Do(ctx, func(tx *store.Tx) error {
		o, err := d.organisation(tx, org)
		if err != nil {
			return err
		}
		by := grantorsOf(o, words)
		if len(by) < len(o.Grantors) {
			return needsGrantors(o, what)
		}
		if err := d.standing(tx, words); err != nil {
			return err
		}
		ev, err := event(o, by)
		if err != nil {
			return err
		}
		tx.AfterCommit(func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			delete(d.orgs, org)
		})
		return d.noteIn(tx, org, operator, func(Organisation) ledger.Event { return ev })
	})
}

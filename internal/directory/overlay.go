package directory

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// overlayLaid stands in the organisation's own record: what it lays on a definition, as the
// file was, and on whose word. What is made of it is the rooms' to know.
type overlayLaid struct {
	Name string          `json:"name"` // of the definition that comes of it: "patient/1+ward-nine/3"
	Text json.RawMessage `json:"text"`
	By   []id.Person     `json:"by"`
}

type overlayTakenOff struct {
	Name string      `json:"name"`
	By   []id.Person `json:"by"`
}

// Overlay is what an organisation lays, or laid once, on a definition.
type Overlay struct {
	Name string // of what comes of both: "policy/1+wards/2"
	Text []byte
}

// On is the name of the definition on which it lies.
func (l Overlay) On() string {
	on, _, _ := strings.Cut(l.Name, "+")
	return on
}

// version is the overlay's own name, and its number: "wards" and 2.
func (l Overlay) version() (name string, number int) {
	_, own, _ := strings.Cut(l.Name, "+")
	i := strings.LastIndex(own, "/")
	number, _ = strconv.Atoi(own[i+1:]) // the file's reader made it
	return own[:max(i, 0)], number
}

// under says that this is a lower version of the same overlay.
func (l Overlay) under(other Overlay) bool {
	name, number := l.version()
	its, above := other.version()
	return l.On() == other.On() && name == its && number < above
}

// compact is the text of an overlay as it is kept.
func compact(text []byte) ([]byte, error) {
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		return nil, fmt.Errorf("overlay: %w", err)
	}
	return out.Bytes(), nil
}

// MayLay refuses an overlay by all that were ever laid, since records name them: a name
// never means two texts, and versions only go up.
func (o Organisation) MayLay(l Overlay) error {
	text, err := compact(l.Text)
	if err != nil {
		return err
	}
	for _, was := range slices.Backward(o.overlays) {
		switch {
		case l.under(was):
			return fail.New(fail.Bad, "version must be higher than that of %s, which was laid: of two texts the one with the "+
				"higher version is the later", was.Name)
		case l.Name == was.Name && !bytes.Equal(text, was.Text):
			return fail.New(fail.Conflict, "version must be higher: %s was laid with another text, and records name it",
				l.Name)
		}
	}
	return nil
}

// lay folds an overlay: it takes the place of the one before on the same definition.
func (o *Organisation) lay(e overlayLaid, at time.Time) {
	l := Overlay{e.Name, e.Text}
	o.overlays = append(slices.Clip(o.overlays), l)
	o.inForce = maps.Clone(o.inForce)
	if o.inForce == nil {
		o.inForce = map[string]string{}
	}
	o.inForce[l.On()] = l.Name
	o.settle(l.On(), at, func(p Proposal) bool { return !p.Off && p.Name == l.Name && bytes.Equal(p.Text, l.Text) })
}

func (o *Organisation) takeOff(e overlayTakenOff, at time.Time) {
	o.inForce = maps.Clone(o.inForce)
	on := Overlay{Name: e.Name}.On()
	delete(o.inForce, on)
	o.settle(on, at, func(p Proposal) bool { return p.Off && p.Name == e.Name })
}

// InForce is the overlay that lies on a definition now.
func (o Organisation) InForce(on string) (Overlay, bool) { return o.Laid(o.inForce[on]) }

// AllInForce are those that lie on some definition now.
func (o Organisation) AllInForce() (all []Overlay) {
	for _, on := range slices.Sorted(maps.Keys(o.inForce)) {
		if l, ok := o.InForce(on); ok {
			all = append(all, l)
		}
	}
	return all
}

// LaidOn are all that lie on a definition or lay on it once, oldest first.
func (o Organisation) LaidOn(on string) (all []Overlay) {
	for _, l := range o.overlays {
		if l.On() == on {
			all = append(all, l)
		}
	}
	return all
}

// Laid is an overlay that is in force or was once, by the name that entries have.
func (o Organisation) Laid(name string) (Overlay, bool) {
	for _, l := range o.overlays {
		if l.Name == name {
			return l, true
		}
	}
	return Overlay{}, false
}

// Known is an organisation as it was last looked up, which every request does. Where nobody
// has, it is looked up in a view of its own: within a unit of work ask KnownIn.
func (d *Desk) Known(org id.Org) Organisation {
	return d.known(org, func() (Organisation, error) { return d.Organisation(context.Background(), org) })
}

// KnownIn is Known within a unit of work, whose connection it uses.
func (d *Desk) KnownIn(tx *store.Tx, org id.Org) Organisation {
	return d.known(org, func() (Organisation, error) { return d.organisation(tx, org) })
}

func (d *Desk) known(org id.Org, look func() (Organisation, error)) Organisation {
	d.mu.RLock()
	o, ok := d.orgs[org]
	d.mu.RUnlock()
	if ok || org.IsZero() {
		return o
	}
	o, err := look()
	if err != nil {
		return Organisation{} // whoever needs more than words is told
	}
	return o
}

// LayOverlay lays an overlay, which the rooms' desk has proved, on the word of the
// organisation's grantors.
func (d *Desk) LayOverlay(ctx context.Context, org id.Org, over Overlay, words ...Word) error {
	text, err := compact(over.Text)
	if err != nil {
		return err
	}
	return d.byGrantors(ctx, org, "An overlay", words, func(o Organisation, by []id.Person) ([]ledger.Event, error) {
		if err := o.MayLay(over); err != nil {
			return nil, err
		}
		if l, _ := o.InForce(over.On()); l.Name == over.Name {
			return nil, fail.New(fail.Conflict, "%s is in force already", over.Name)
		}
		return []ledger.Event{{Kind: kindOverlayLaid, Data: overlayLaid{over.Name, text, by}}}, nil
	})
}

// TakeOverlaysOff takes off what lies on these definitions: they are followed as they are
// shipped.
func (d *Desk) TakeOverlaysOff(ctx context.Context, org id.Org, on []string, words ...Word) error {
	return d.byGrantors(ctx, org, "To take an overlay off", words,
		func(o Organisation, by []id.Person) (all []ledger.Event, err error) {
			for _, name := range on {
				if l, ok := o.InForce(name); ok {
					all = append(all, ledger.Event{Kind: kindOverlayOff, Data: overlayTakenOff{l.Name, by}})
				}
			}
			if len(all) == 0 {
				return nil, fail.New(fail.Conflict, "No overlay is in force on %s: this organisation follows it as it is shipped",
					strings.Join(on, ", "))
			}
			return all, nil
		})
}

// byGrantors writes into the organisation's own record on the word of every grantor.
func (d *Desk) byGrantors(ctx context.Context, org id.Org, what string, words []Word,
	events func(Organisation, []id.Person) ([]ledger.Event, error)) error {
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
		all, err := events(o, by)
		if err != nil {
			return err
		}
		tx.AfterCommit(func() { _, _ = d.Organisation(ctx, org) }) // for Known; the next request looks it up, too
		key, err := d.Vault.Key(tx, org, org.Record())
		if err != nil {
			return err
		}
		_, err = d.Ledger.Append(tx, ledger.Organisation, key, o.Version, operator, all...)
		return err
	})
}

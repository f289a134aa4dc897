package process

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
)

// Set is choices that are not the program's to word: a national list, the conditions of an
// Act. Its items end and are replaced, and none is ever taken away or means another thing.
type Set struct {
	Set     string `json:"set"`
	Version int    `json:"version"` // raised with every change
	Title   string `json:"title"`
	About   string `json:"about"`
	Items   []Item `json:"items"`
}

// SetVersion is a set as one program has it.
type SetVersion struct {
	Set     string
	Version int
}

// Item is one of a set. Days are written as 2026-03-27.
type Item struct {
	ID         string `json:"id"`
	Words      string `json:"words"`
	Source     string `json:"source"`
	Sure       string `json:"sure"`        // S or V: read in a source; K: known; R: put together; D: our proposal
	From       string `json:"from"`        // its first day; empty: from before any answer
	To         string `json:"to"`          // its last day; empty: it has no end
	ReplacedBy string `json:"replaced_by"` // the item that is in force on the day after; empty: none
}

// sureness are the marks of how sure something is; the first two were read in a source.
var sureness = []string{"S", "V", "K", "R", "D"}

const (
	maxItems      = 200
	maxSetVersion = 99 // so that the numbers of all sets that a room takes from add up; see room
)

//go:embed sets/*.json
var setFiles embed.FS

// Sets are those that the program ships, by name.
var Sets = sync.OnceValue(func() map[string]*Set {
	out := map[string]*Set{}
	files, err := setFiles.ReadDir("sets")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		raw, err := setFiles.ReadFile(path.Join("sets", f.Name()))
		if err != nil {
			panic(err)
		}
		s, err := ParseSet(raw)
		if err == nil && s.file() != f.Name() {
			err = fail.New(fail.Bad, "%s:1: set is %q: it must be called as its file is", f.Name(), s.Set)
		}
		if err != nil {
			fail.Shipped(fail.Words(err))
		}
		out[s.Set] = s
	}
	return out
})

func (s *Set) file() string { return s.Set + ".json" }

// ParseSet reads a set, or says with its line what is wrong with it and what to do.
func ParseSet(raw []byte) (*Set, error) {
	var s Set
	err := strict(raw, &s)
	if err == nil {
		err = s.whole()
	}
	if err != nil {
		_ = json.Unmarshal(raw, &s) //nolint:errcheck // its name, as far as it can be told
		return nil, fail.Wrap(fail.Bad, err, "%s", faultAt(s.file(), linesOf(raw), fail.Words(err)))
	}
	return &s, nil
}

func (s *Set) whole() error {
	if !isName(s.Set) || s.Version < 1 || s.Version > maxSetVersion || s.Title == "" || len(s.Items) > maxItems {
		return fail.New(fail.Bad, "set must be a name in small letters, with a version from 1 to %d, a title, and at most "+
			"%d items", maxSetVersion, maxItems)
	}
	for i, x := range s.Items {
		fault := s.itemFault(i, x)
		if fault == "" {
			fault = s.endFault(x)
		}
		if fault != "" {
			return bad(fmt.Sprintf("items[%d] (%s)", i+1, x.ID), fault)
		}
	}
	if !slices.ContainsFunc(s.Items, func(x Item) bool { return x.To == "" }) {
		return bad("items", "all have an end: give the set one that has none, or nothing is left to choose")
	}
	return nil
}

func (s *Set) itemFault(i int, x Item) string {
	switch {
	case !isName("x" + x.ID):
		return "must have an id of small letters, digits and underscores"
	case slices.ContainsFunc(s.Items[:i], func(y Item) bool { return y.ID == x.ID }):
		return "has an id that was given before: an id means one thing for ever, so give this item another"
	case x.Words == "" || x.Source == "":
		return "must have words, and the source in which they stand"
	case !slices.Contains(sureness, x.Sure):
		return "must say how sure it is: S or V (read in a source), K, R or D"
	}
	for _, day := range []string{x.From, x.To} {
		if _, err := workday.Parse(day); day != "" && err != nil {
			return fmt.Sprintf("has the day %q: write it as 2026-03-27, or leave it out", day)
		}
	}
	if x.To != "" && x.To < x.From { // as YYYY-MM-DD
		return "ends before it begins: put from and to right"
	}
	return ""
}

// endFault says what is wrong with how an item ends, and with what takes its place.
func (s *Set) endFault(x Item) string {
	switch {
	case x.To != "" && !slices.Contains(sureness[:2], x.Sure):
		return "has an end, which people are told as a fact: read it in a source and mark it S or V, or leave it out"
	case x.ReplacedBy == "":
		return ""
	case x.To == "":
		return "is replaced: say in to which day was its last"
	}
	seen := []string{x.ID}
	for next := x.ReplacedBy; next != ""; {
		y, ok := find(s.Items, next, itemID)
		switch {
		case !ok:
			return fmt.Sprintf("is replaced by %q, which is no item of the set: add it, or name another", next)
		case slices.Contains(seen, next):
			return fmt.Sprintf("is replaced by way of %s and so comes back to itself: end the chain", orList(seen))
		}
		seen, next = append(seen, next), y.ReplacedBy
	}
	y, _ := find(s.Items, x.ReplacedBy, itemID)
	if after := dayOf(x.To).Add(1).String(); y.From > after || y.To != "" && y.To < after {
		return fmt.Sprintf("is replaced by %q, which is not in force on %s, the day after: put its days right", y.ID, after)
	}
	return ""
}

func itemID(x Item) string { return x.ID }

// dayOf is a day that was looked at already; the zero day for none.
func dayOf(text string) workday.Day {
	d, err := workday.Parse(text)
	if err != nil {
		return workday.Day{}
	}
	return d
}

// options are the items as choices.
func (s *Set) options() (out []field.Option) {
	for _, x := range s.Items {
		o := field.Option{ID: x.ID, Label: x.Words, From: dayOf(x.From), To: dayOf(x.To)}
		if next, ok := find(s.Items, x.ReplacedBy, itemID); ok {
			o.Now = next.Words
		}
		out = append(out, o)
	}
	return out
}

// takeSets gives the fields that name a set its items as choices.
func (d *Definition) takeSets() error {
	for i := range d.AllSteps {
		s := &d.AllSteps[i]
		at := fmt.Sprintf("steps[%d] (%s)", i+1, s.ID)
		for j := range s.Fields {
			f := &s.Fields[j]
			if err := d.takeSet(fmt.Sprintf("%s.fields[%d] (%s)", at, j+1, f.ID), f); err != nil {
				return err
			}
		}
		if fault := onItems(*s); fault != "" {
			return bad(at, fault)
		}
	}
	return nil
}

func (d *Definition) takeSet(at string, f *field.Field) error {
	for _, inner := range f.Fields {
		if inner.Set != "" {
			return bad(at, fmt.Sprintf("has a part (%s) that takes from a set: ask it by itself", inner.ID))
		}
	}
	set, ok := Sets()[f.Set]
	switch {
	case f.Set == "":
		return nil
	case !ok:
		return bad(at, fmt.Sprintf("takes from the set %q, which does not exist: there are %s", f.Set,
			strings.Join(sorted(Sets()), ", ")))
	case len(f.Choices) > 0:
		return bad(at, "has choices of its own and takes from a set: leave out one of them")
	case !f.Keep:
		return bad(at, `takes from a set, so "keep" must be true: an item that ends has to find who relies on it`)
	case f.Alone != "" || f.Among != "":
		return bad(at, `takes from a set, whose items end: leave out "alone" and "among"`)
	}
	f.Choices, d.Sets = set.options(), append(d.Sets, SetVersion{f.Set, set.Version})
	return nil
}

// onItems names a condition on an item of a set: what a step means would change with a
// file that the definition does not hold.
func onItems(s StepInfo) string {
	all := slices.Concat(s.Stop.When, s.Stop.And)
	for _, o := range s.Outcomes {
		all = append(all, o.When...)
	}
	for _, f := range s.Fields {
		all = slices.Concat(all, f.NeededWhen, f.ShownWhen)
	}
	for _, c := range all {
		if f, ok := field.Find(s.Fields, c.Field); ok && f.Set != "" && !c.Given {
			return fmt.Sprintf("has a condition on an item of the set that %q takes from: items end, so ask a question of "+
				"its own, or whether it was given", c.Field)
		}
	}
	return ""
}

package process

import (
	"fmt"

	"heed/internal/field"
)

// Coverage shows a list by what its records cover: every item of a choice, with the
// records of the list that name it, so that what nothing covers is seen.
type Coverage struct {
	Title   string `json:"title"`
	Item    string `json:"item"`    // what one is called: "Policy to have"
	Field   string `json:"field"`   // of the first step: the items that a record covers
	List    string `json:"list"`    // what counts as covering
	Missing string `json:"missing"` // what stands at an item that nothing covers
}

// Given says whether the definition has one.
func (c Coverage) Given() bool { return c.Field != "" }

// Items are what can be covered.
func (c Coverage) Items(d *Definition) field.Field {
	f, _ := field.Find(d.AllSteps[0].Fields, c.Field)
	return f
}

// FaultOf says what is wrong with it, or "".
func (c Coverage) FaultOf(d *Definition) string {
	f := c.Items(d)
	_, isListed := d.List(c.List)
	switch {
	case f.Kind != field.Choices || !f.Keep || len(f.Sees) > 0:
		return fmt.Sprintf("shows %q, which must be choices of the first step that the record keeps and everybody sees",
			c.Field)
	case !isListed:
		return fmt.Sprintf("shows the list %q, which does not exist: there are %s", c.List,
			listed(d.Lists, func(l List) string { return l.ID }))
	case c.Title == "" || c.Item == "" || c.Missing == "":
		return "must have a title, a word for an item, and words for what nothing covers"
	}
	return ""
}

package process

import (
	"slices"
	"testing"

	"heed/internal/field"
)

// TestAFormSaysWhatItsAnswersDecide: of each shared form that decides, an outcome is called as
// the answer by which it comes out so, no answer is left over, and nothing leaves with it.
func TestAFormSaysWhatItsAnswersDecide(t *testing.T) {
	for name, f := range sharedForms() {
		if !slices.ContainsFunc(f.Outcomes, func(o Outcome) bool { return o.Decides != "" }) {
			continue
		}
		answers := 1
		for _, o := range f.Outcomes {
			if o.Leaves != Stays || o.Decides == "" || (o.ID == "not_share") != (o.Decides == NotToShare) {
				t.Errorf("%s: %q decides %q, and %q leaves", name, o.ID, o.Decides, o.Leaves)
			}
			if len(o.When) == 0 {
				continue
			}
			x, ok := field.Find(f.Fields, o.When[0].Field)
			if answers = len(x.Choices); !ok || len(o.When) != 1 || !slices.Equal(o.When[0].Is, []string{o.ID}) ||
				!slices.Contains(x.Choices, field.Option{ID: o.ID, Label: o.Label}) || !x.Needed || len(x.ShownWhen) > 0 {
				t.Errorf("%s: %q comes out by %+v", name, o.ID, o.When)
			}
		}
		if len(f.Outcomes) != answers {
			t.Errorf("%s: %d outcomes of %d answers", name, len(f.Outcomes), answers)
		}
	}
}

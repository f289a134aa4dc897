package process

import (
	"strings"
	"testing"

	"heed/internal/field"
)

// A draft between the pages of a step copies words, so a document in it would be lost.
func TestNoDocumentInAStepOfPages(t *testing.T) {
	s := StepInfo{Fields: []field.Field{{ID: "letter", Kind: field.Document}}}
	if fault := new(Definition).LeansOn(s); fault != "" {
		t.Errorf("without pages: %s", fault)
	}
	s.Pages = append(s.Pages, FormPage{})
	if fault := new(Definition).LeansOn(s); !strings.Contains(fault, "in parts") {
		t.Errorf("with pages: %q", fault)
	}
}

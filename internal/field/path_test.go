package field_test

import (
	"strings"
	"testing"

	"heed/internal/document"
	"heed/internal/field"
)

// TestAPathIsShort: the name of a sent document is the sender's, and is followed inwards no
// further than definitions go. Seen to end the program.
func TestAPathIsShort(t *testing.T) {
	for name, want := range map[string]bool{
		"photo": true, "about.photo": true, strings.Repeat("a.", 3) + "a": true,
		"": false, ".": false, "a.": false, ".a": false, "A": false, "a b": false, strings.Repeat("a", 41): false,
		strings.Repeat("a.", 2_500_000) + "a": false,
	} {
		in := field.Answers{}
		if got := in.PutFile(name, &document.File{}); got != want || want == (len(in) == 0) {
			t.Errorf("%.20s (%d signs): taken %v, answers %d", name, len(name), got, len(in))
		}
	}
}

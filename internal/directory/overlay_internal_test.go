package directory

import (
	"strings"
	"testing"

	"heed/internal/fail"
)

// TestAnOverlayThatCannotBeReadIsSaid: one that was made for a process that is not shipped
// any more is not followed, and that is said until another is laid. Seen to fail: it was
// passed over in silence.
func TestAnOverlayThatCannotBeReadIsSaid(t *testing.T) {
	o := Organisation{Name: "Fernwick Vale"}
	if err := o.Followed(); err != nil {
		t.Errorf("without an overlay: %v", err)
	}
	o.lay(overlayLaid{Name: "patient/0+ward-nine/1", Text: []byte(`{"process": "patient/0"}`)})
	if err := o.Followed(); !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Words(err), "ward-nine") {
		t.Errorf("one that cannot be read: %v", err)
	}
	o.inForce = ""
	if err := o.Followed(); err != nil {
		t.Errorf("taken off: %v", err)
	}
}

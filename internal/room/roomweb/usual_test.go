package roomweb

import (
	"testing"

	"heed/internal/policy"
	"heed/internal/process"
	"heed/internal/room"
)

// TestWhatComesNext: the one button is the step that is due, or the one that leads there, and
// never another way to be rid of it. Seen to fail: a draft offered to be withdrawn.
func TestWhatComesNext(t *testing.T) {
	def := policy.Room().Latest()
	view := func(deadline string, taken ...process.Step) room.View {
		at := def.After(def.Start(), def.AllSteps[0].ID, "")
		for _, s := range taken {
			info, _ := def.Step(s)
			at = def.After(at, s, info.Outcomes[0].ID)
		}
		v := room.View{Process: def, May: def.Steps(at)}
		v.Stage, v.Facts, v.Due = at.State, at.Facts, []process.Due{{Deadline: deadline}}
		return v
	}
	for want, v := range map[process.Step]room.View{
		"write_version":     view("write"),
		"send_for_approval": view("write", "write_version"),
		"approve_first":     view("approve", "write_version", "send_for_approval"),
		"approve_second":    view("approve", "write_version", "send_for_approval", "approve_first"),
	} {
		if got := usual(v); got != want {
			t.Errorf("at %s with %v comes %q, want %q", v.Stage, v.Facts, got, want)
		}
	}
}

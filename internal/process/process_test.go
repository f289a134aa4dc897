package process_test

import (
	"testing"

	"heed/internal/fail"
	"heed/internal/process"
)

// path walks steps "step" or "step/outcome" from the start and stops at the first that may not be.
func path(t *testing.T, d *process.Definition, steps ...[2]string) process.Status {
	t.Helper()
	s := d.Start()
	for _, x := range steps {
		if err := d.May(s, process.Step(x[0]), x[1]); err != nil {
			t.Fatalf("%s %s at %s %v: %v", x[0], x[1], s.State, s.Facts, err)
		}
		s = d.After(s, process.Step(x[0]), x[1])
	}
	return s
}

func TestOneConcernFromRaisedToClosed(t *testing.T) {
	d := process.Patient()
	s := path(t, d, [2]string{"raise"}, [2]string{"acknowledge"}, [2]string{"triage", "open_case"})
	for _, early := range []process.Step{process.Refer, process.Close} {
		if err := d.May(s, early, ""); !fail.Is(err, fail.Conflict) {
			t.Errorf("%s at once: %v", early, err)
		}
	}
	s = path(t, d, [2]string{"raise"}, [2]string{"acknowledge"}, [2]string{"triage", "open_case"},
		[2]string{"ask_advice"}, [2]string{"record_advice"}, [2]string{"decide_sharing", "share"}, [2]string{"refer"},
		[2]string{"record_told", "acknowledged"}, [2]string{"record_told", "outcome"},
		[2]string{"give_feedback", "told"}, [2]string{"close"}, [2]string{"correct"}, [2]string{"give_feedback", "told"})
	if s.State != process.Closed || !d.Ended(s) {
		t.Errorf("ends at %s", s.State)
	}
}

package process_test

import (
	"testing"

	"heed/internal/process"
)

func TestTheShippedProcessKeepsItsSafeguards(t *testing.T) {
	r := process.Check(process.Patient())
	t.Log("\n" + r.String())
	if !r.OK() {
		t.Error("broken")
	}
	if r.Configurations < 50 || r.Steps < 400 {
		t.Errorf("the walk is too small to be true: %d, %d", r.Configurations, r.Steps)
	}
}

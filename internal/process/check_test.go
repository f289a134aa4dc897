package process_test

import (
	"testing"

	"heed/internal/field"
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

// No form of the shipped process can become a score, and each can be answered.
func TestTheShippedFormsAreSound(t *testing.T) {
	d := process.Patient()
	for _, s := range d.AllSteps {
		if fault := field.Form(string(s.ID)+".fields", s.Fields, d.AboutPerson); fault != "" {
			t.Error(fault)
		}
	}
	if !d.AboutPerson {
		t.Error("the patient route is not said to be about a person")
	}
}

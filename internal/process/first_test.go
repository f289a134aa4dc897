package process_test

import (
	"testing"

	"heed/internal/fail"
	"heed/internal/process"
)

// TestABlockedStepNamesTheStepThatComesFirst, or, when nothing leads there any more, where the record is.
func TestABlockedStepNamesTheStepThatComesFirst(t *testing.T) {
	d := process.Patient()
	for _, c := range []struct {
		at      process.State
		step    process.Step
		outcome string
		want    string
	}{
		{process.Received, process.Triage, process.OpenCase,
			"You cannot do this now: decide what happens next. First: take up this concern"},
		{process.Received, process.Close, "", "You cannot do this now: close this concern. First: take up this concern"},
		{process.Acknowledged, process.Refer, "",
			"You cannot do this now: record a referral. First: decide what happens next"},
		{process.Acknowledged, process.Close, "",
			"You cannot do this now: close this concern. First: decide what happens next"},
		{process.Acknowledged, process.Acknowledge, "", "You cannot do this now: take up this concern. It stands at: " +
			"taken up, waiting for a decision"},
		{process.Closed, process.Triage, process.Hold,
			"You cannot do this now: decide what happens next. It stands at: closed"},
		{process.Open, process.Refer, "", "Record a decision to share before any information leaves the organisation"},
	} {
		err := d.May(process.Status{State: c.at}, c.step, c.outcome)
		if got := fail.Words(err); got != c.want {
			t.Errorf("%s at %s: %q, want %q", c.step, c.at, got, c.want)
		}
	}
}

package process_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/process"
)

var update = flag.Bool("update", false, "write the golden files anew")

const ew = workday.EnglandAndWales

// at is a moment in London.
func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, workday.London)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func dues(all []process.Due) string {
	var out []string
	for _, x := range all {
		out = append(out, x.Deadline+" "+x.Day.String())
	}
	return strings.Join(out, ", ")
}

func TestDutiesRunFromStepToStep(t *testing.T) {
	d := process.Patient()
	var h []process.Taken
	for _, c := range []struct{ when, step, outcome, want string }{
		// Maundy Thursday evening: Good Friday and Easter Monday do not count.
		{"2026-04-02 21:30", "raise", "", "acknowledge 2026-04-07, first_word 2026-04-08"},
		{"2026-04-07 09:00", "acknowledge", "", "first_word 2026-04-08, triage 2026-04-10, look_again 2026-05-06"},
		{"2026-04-08 09:00", "give_feedback", "told", "triage 2026-04-10, look_again 2026-05-07"},
		{"2026-04-09 09:00", "triage", "hold", "hold_review 2026-04-16, look_again 2026-05-08"},
		{"2026-04-15 09:00", "triage", "hold", "hold_review 2026-04-22, look_again 2026-05-14"},
		{"2026-04-16 09:00", "emergency_disclosure", "", "decision_after_emergency 2026-04-17, hold_review 2026-04-22, " +
			"look_again 2026-05-14"},
		// a second one does not put the first off
		{"2026-04-17 08:00", "emergency_disclosure", "", "decision_after_emergency 2026-04-17, hold_review 2026-04-22, " +
			"look_again 2026-05-14"},
		{"2026-04-17 08:30", "record_advice", "", "decision_after_emergency 2026-04-17, hold_review 2026-04-22, " +
			"look_again 2026-05-18"},
		{"2026-04-17 09:00", "triage", "open_case", "decision_after_emergency 2026-04-17, sharing_decision 2026-04-21, " +
			"look_again 2026-05-18"},
		{"2026-04-17 10:00", "decide_sharing", "share", "answer 2026-04-21, look_again 2026-05-18"},
		{"2026-04-17 11:00", "refer", "", "outcome_chase 2026-05-01, look_again 2026-05-18"},
		{"2026-04-20 11:00", "record_told", "acknowledged", "outcome_chase 2026-05-01, look_again 2026-05-19"},
		{"2026-05-05 11:00", "record_told", "outcome", "answer 2026-05-07, look_again 2026-06-03"},
		{"2026-05-06 11:00", "give_feedback", "cannot_be_told", "look_again 2026-06-04"},
		{"2026-05-06 12:00", "close", "", ""},
		// word that comes after closing is still passed on
		{"2026-07-06 12:00", "record_told", "outcome", "answer 2026-07-08"},
	} {
		h = append(h, process.Taken{Step: process.Step(c.step), Outcome: c.outcome, At: at(t, c.when)})
		if got := dues(process.TestOnlyDue(d, ew, h)); got != c.want {
			t.Errorf("after %s %s on %s:\n got %s\nwant %s", c.step, c.outcome, c.when, got, c.want)
		}
	}
	eve := process.TestOnlyDue(d, ew, []process.Taken{{Step: process.Raise, At: at(t, "2026-12-24 16:00")}})
	if i := slices.IndexFunc(eve, func(x process.Due) bool { return x.Deadline == d.HearsBy }); i < 0 ||
		eve[i].Day.String() != "2026-12-30" {
		t.Errorf("raised on Christmas Eve 2026: %+v", eve)
	}
	all := process.TestOnlyDue(d, ew, h[:1])
	if all[0].At != at(t, "2026-04-08 00:00").Add(-time.Microsecond).UTC() || all[0].Owner != "safeguarding_lead" {
		t.Errorf("%+v", all[0])
	}
}

// The page for people is committed; it changes when the process does.
func TestProcessPage(t *testing.T) {
	const file = "../../docs/process.md"
	got := process.Page()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what the process says: go test ./internal/process -update", file)
	}
}

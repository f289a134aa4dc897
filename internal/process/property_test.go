package process_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/process"
)

// diary is an independent account of one concern: written from the sentences of
// the architecture (section 8, Process), not from the definition.
type diary struct {
	raised, taken, open, decided, over        bool
	mayShare, everDecidedSharing, owed, heard bool
}

// The route as a state machine: random people take random steps; whatever the
// process allows has to fit the diary, and whatever it refuses changes nothing.
func TestTheRouteKeepsItsPromises(t *testing.T) {
	d := process.Patient()
	walk := func(t *rapid.T) {
		s, y := d.Start(), diary{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			role := rapid.SampledFrom([]process.Role{"safeguarding_lead", "safeguarding_lead", "safeguarding_lead", "worker",
				"line_manager", "caldicott_guardian"}).Draw(t, "role")
			possible := d.StepsFor(role, s)
			possible = slices.DeleteFunc(possible, func(x process.StepInfo) bool {
				return x.ID == process.ChallengeAnswered && !y.decided
			})
			if len(possible) == 0 {
				continue
			}
			step := rapid.SampledFrom(possible).Draw(t, "step")
			outcome := rapid.SampledFrom(step.Outcomes).Draw(t, "outcome").ID
			if err := d.MayAs(role, s, step.ID, outcome); err != nil {
				t.Fatalf("offered and refused: %v", err)
			}
			before := s
			s = d.After(s, step.ID, outcome)
			y.check(t, role, step.ID, outcome, before, s)
			y.write(step.ID, outcome, s)
		}
	}
	for range 10 { // rapid walks a hundred times
		rapid.Check(t, walk)
	}
}

func (y diary) check(t *rapid.T, role process.Role, step process.Step, outcome string, before, after process.Status) {
	lead := role == "safeguarding_lead"
	fault := ""
	switch {
	case y.raised == (step == process.Raise):
		fault = "raising is the first step and only the first"
	case y.over && after.State != process.Closed && step != process.ChallengeAnswered:
		fault = "a closed concern moved"
	case step == process.Refer && !y.mayShare:
		fault = "a referral without a decision to share"
	case step == process.AskAdvice && outcome == process.Identified && !y.mayShare:
		fault = "a name in a request for advice without a decision to share"
	case step == process.Close && (!lead || !y.heard || y.owed || !y.decided):
		fault = "closed by another, unanswered, owing a decision, or undecided"
	case step == process.Close && y.open && !y.everDecidedSharing:
		fault = "an open case closed without any decision about sharing"
	case slices.Contains([]process.Step{process.AskAdvice, process.RecordAdvice, process.RecordTold}, step) &&
		!after.Equal(before):
		fault = "advice or word from outside moved the concern"
	case !lead && step != process.Raise && step != process.ChallengeAnswered && !after.Equal(before):
		fault = "somebody who is not a lead moved the concern"
	case !y.taken && after.State != process.Received && step != process.Acknowledge:
		fault = "moved before anybody took it up"
	}
	if fault != "" {
		t.Fatalf("%s: %s %s by %s from %s to %s", fault, step, outcome, role, before.State, after.State)
	}
}

func (y *diary) write(step process.Step, outcome string, s process.Status) {
	switch step {
	case process.Raise:
		y.raised = true
	case process.Acknowledge:
		y.taken = true
	case process.Triage:
		y.decided, y.open, y.heard = outcome != process.Hold, outcome == process.OpenCase, false
	case process.DecideSharing:
		y.mayShare, y.everDecidedSharing, y.owed = outcome == process.Share, true, false
	case process.EmergencyDisclosure:
		y.owed, y.mayShare = true, false
	case process.Refer:
		y.heard, y.mayShare = false, outcome == process.SentPart
	case process.GiveFeedback:
		y.heard = true
	case process.ChallengeAnswered:
		if of, anew := process.AnewOf(outcome); anew {
			y.heard, y.mayShare = false, y.mayShare && of != process.DecideSharing
			y.decided = y.decided && of != process.Triage
			y.open = y.open && s.State == process.Open
		}
	}
	y.over = s.State == process.Closed
}

// After is total: whatever was recorded, in whatever order, under whatever version, is read without a fault.
func TestAfterIsTotal(t *testing.T) {
	d := process.Patient()
	steps := []process.Step{"local_gone", "", "close "}
	for _, s := range d.AllSteps {
		steps = append(steps, s.ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := d.Start()
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			step := rapid.SampledFrom(steps).Draw(t, "step")
			outcome := rapid.SampledFrom([]string{"", "told", "hold", "share", "no such"}).Draw(t, "outcome")
			next := d.After(s, step, outcome)
			if d.May(s, step, outcome) != nil && d.Ended(s) && !d.Ended(next) {
				t.Fatalf("%s %s brought a closed concern back", step, outcome)
			}
			if _, known := d.State(next.State); !known || !slices.IsSorted(next.Facts) {
				t.Fatalf("%s %s leads to %+v", step, outcome, next)
			}
			s = next
		}
	})
}

// What Steps offers is exactly what May allows.
func TestStepsAreWhatMayAllows(t *testing.T) {
	d := process.Patient()
	rapid.Check(t, func(t *rapid.T) {
		s := d.Start()
		for range rapid.IntRange(0, 15).Draw(t, "n") {
			offered := d.Steps(s)
			for _, info := range d.AllSteps {
				now, _ := rapidFind(offered, info.ID)
				for _, o := range info.Outcomes {
					_, listed := now.Outcome(o.ID)
					if listed != (d.May(s, info.ID, o.ID) == nil) {
						t.Fatalf("%s %s at %s: offered %v", info.ID, o.ID, s.State, listed)
					}
				}
			}
			pick := rapid.SampledFrom(offered).Draw(t, "step")
			s = d.After(s, pick.ID, rapid.SampledFrom(pick.Outcomes).Draw(t, "outcome").ID)
		}
	})
}

func rapidFind(all []process.StepInfo, id process.Step) (process.StepInfo, bool) {
	i := slices.IndexFunc(all, func(s process.StepInfo) bool { return s.ID == id })
	if i < 0 {
		return process.StepInfo{}, false
	}
	return all[i], true
}

// Whatever an overlay says, one that is accepted still keeps every safeguard, and no file brings the reader down.
func FuzzOverlay(f *testing.F) {
	for _, seed := range []string{
		`{"overlay":"w","version":1,"on":"patient/1","days":{"triage":2}}`,
		`{"overlay":"w","version":1,"on":"patient/1","steps":[{"id":"local_a","label":"A","roles":["safeguarding_lead"],"outcomes":[{"id":"","label":"x","moves":[{"from":["open"],"to":"closed"}]}]}]}`,
		`{"overlay":"w","version":1,"on":"patient/1","wording":{"step.close.label":"x"},"contacts":[{"id":"local_b","label":"B","number":"1"}]}`,
		`[[[[[[[[[[[[[[[[`, `{"overlay":null}`, "\xff", `{"a":1,"a":2}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := process.Patient().Overlay(raw, process.Safe)
		if err == nil && !process.Check(d).OK() {
			t.Fatal("accepted and broken")
		}
		if _, err := process.Parse(raw); err == nil {
			t.Log("a whole definition")
		}
	})
}

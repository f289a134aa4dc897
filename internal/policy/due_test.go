package policy_test

import (
	"fmt"
	"slices"
	"testing"

	"heed/internal/policy"
	"heed/internal/process"
)

// What is due fits where a policy stands, by every way in which it can come there: a draft
// has no review to end, also when its first version was refused, and of what is in force
// nothing is due but its review.
func TestWhatIsDueFitsWhereItStands(t *testing.T) {
	d := policy.Room().Latest()
	type spot struct {
		at   process.Status
		due  []string
		last string
	}
	may := map[process.State][]string{
		"draft": {"write"}, "in_approval": {"approve", "approval_lapsed"}, "in_force": {"review"},
		"under_review": {"end_review"},
		"revising":     {"write"}, "revising_approval": {"approve", "approval_lapsed"},
	}
	seen := map[string]bool{}
	for queue := []spot{{at: d.Start()}}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		for _, s := range d.Steps(p.at) {
			for _, o := range s.Outcomes {
				x := process.Taken{Step: s.ID, Outcome: o.ID}
				next := spot{at: d.After(p.at, s.ID, o.ID), last: fmt.Sprint(p.at.State, ", then ", s.ID, " ", o.ID)}
				for _, timer := range d.Timers {
					if timer.Starts(x) || slices.Contains(p.due, timer.ID) && !timer.Ends(x) {
						next.due = append(next.due, timer.ID)
					}
				}
				key := fmt.Sprint(next.at, next.due)
				if d.Ended(next.at) || seen[key] {
					continue
				}
				seen[key] = true
				queue = append(queue, next)
				for _, id := range next.due {
					if !slices.Contains(may[next.at.State], id) {
						t.Errorf("at %s (%s) %q is due", next.at.State, next.last, id)
					}
				}
			}
		}
	}
	if len(seen) < 8 {
		t.Errorf("only %d places were looked at", len(seen))
	}
}

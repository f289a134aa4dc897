package roomtest

import (
	"fmt"
	"reflect"
	"slices"

	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
)

// turn is a step and how it comes out.
type turn struct {
	step    process.Step
	outcome string
}

// shortest is the shortest way by which a record, from where it stands, comes to a step after
// which done holds; nil when there is none. done is told what was taken on the way.
func shortest(d *process.Definition, from process.Status, done func(taken []turn, at process.Status) bool) []turn {
	type spot struct {
		at  process.Status
		way []turn
	}
	seen := map[string]bool{}
	for queue := []spot{{at: from}}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if done(p.way, p.at) {
			return p.way
		}
		for _, s := range d.Steps(p.at) {
			if process.AfterOthers(s.ID) {
				continue
			}
			for _, o := range s.Outcomes {
				next := spot{d.After(p.at, s.ID, o.ID), append(slices.Clip(p.way), turn{s.ID, o.ID})}
				key := fmt.Sprint(next.at, len(p.way) > 0 && done(next.way, next.at), s.ID)
				if len(next.way) < 12 && !seen[key] {
					seen[key] = true
					queue = append(queue, spot{next.at, next.way})
				}
			}
		}
	}
	return nil
}

// goWay takes a way, each step with made-up answers by which it comes out as the way says.
func (s *suite) goWay(ref id.Reference, ways []turn) {
	s.t.Helper()
	for _, w := range ways {
		info, _ := s.room.Latest().Step(w.step)
		if _, _, err := s.take(ref, info, s.answersFor(info, w.outcome)); err != nil {
			s.t.Fatalf("%s (%s): %v", w.step, w.outcome, err)
		}
	}
}

// answersFor are made-up answers with which a step comes out so.
func (s *suite) answersFor(info process.StepInfo, outcome string) field.Answers {
	for range 200 {
		in := s.inTime(info)
		i := slices.IndexFunc(info.Outcomes, func(o process.Outcome) bool {
			return len(o.When) == 0 || slices.ContainsFunc(o.When, func(c field.Condition) bool { return c.Holds(in) })
		})
		want, _ := info.Outcome(outcome)
		if i >= 0 && reflect.DeepEqual(info.Outcomes[i].When, want.When) {
			return in
		}
	}
	return s.inTime(info)
}

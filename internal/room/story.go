package room

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
)

// Story is one made-up record of a room, for the demo and its tests: who does what
// after how many days. A story is data that the room ships.
type Story struct {
	DaysAgo int     `json:"days_ago"` // when it begins, before the day on which the demo is made
	Steps   []Scene `json:"steps"`
}

// Scene is one step of a story. An answer "@lena" is the person with that login, an
// answer "+365" or "-3" a day, counted from the day of the step.
type Scene struct {
	After   int           `json:"after"` // days after the scene before
	As      string        `json:"as"`    // login
	Step    process.Step  `json:"step"`
	Answers field.Answers `json:"answers"`

	line func(what string) int // of a thing in it, in its file; nil: it is of none
}

// Said are the scene's answers on a day, with people by their logins.
func (s Scene) Said(day workday.Day, people map[string]id.Person) field.Answers {
	out := field.Answers{}
	for name, v := range s.Answers {
		if login, ok := strings.CutPrefix(v.Text, "@"); ok {
			v.Text = people[login].String()
		}
		if n, err := strconv.Atoi(v.Text); err == nil && strings.ContainsAny(v.Text[:1], "+-") {
			v.Text = day.Add(n).String()
		}
		out[name] = v
	}
	return out
}

// At is when a scene happens, given when the story began: at ten in the morning.
func (s Story) At(now time.Time, scene int) time.Time {
	d := workday.Of(now).Add(-s.DaysAgo)
	for i := 0; i <= scene; i++ {
		d = d.Add(s.Steps[i].After)
	}
	return d.Start().Add(10*time.Hour + time.Duration(scene)*time.Minute)
}

// MustStories reads the stories that a room ships; see fail.Shipped. Tests hold that each can happen.
func MustStories(raw []byte) []Story {
	var out []Story
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		fail.Shipped(fmt.Sprintf("%s:%d: the stories cannot be read: put right %v", storiesFile, lineOf(raw, err), err))
	}
	lines := process.LinesOf(raw)
	for i := range out {
		for j := range out[i].Steps {
			out[i].Steps[j].line = func(what string) int {
				return cmp.Or(lines[fmt.Sprintf("[%d].steps[%d].%s", i+1, j+1, what)], 1)
			}
		}
	}
	return out
}

// storiesFile is what each room calls the file of its stories.
const storiesFile = "stories.json"

var unknownName = regexp.MustCompile(`unknown field (".*")`)

// lineOf is the line of which an error of reading speaks.
func lineOf(raw []byte, err error) int {
	var broken *json.SyntaxError
	var other *json.UnmarshalTypeError
	at := 0
	switch name := unknownName.FindStringSubmatch(err.Error()); {
	case errors.As(err, &broken):
		at = int(broken.Offset)
	case errors.As(err, &other):
		at = int(other.Offset)
	case name != nil:
		at = max(bytes.Index(raw, []byte(name[1])), 0)
	}
	return 1 + bytes.Count(raw[:at], []byte("\n"))
}

// Fault is a fault of a scene, or of one thing in it, with its place.
func (s Scene) Fault(what, words string) string {
	if s.line == nil {
		return words
	}
	return fmt.Sprintf("%s:%d: %s", storiesFile, s.line(what), words)
}

// Stranger says which log-in of a scene is nobody's, and whose there are; or "".
func (s Scene) Stranger(logins []string) string {
	const nobodys = "the log-in %q is nobody's: name one of %s"
	if !slices.Contains(logins, s.As) {
		return s.Fault("as", fmt.Sprintf(nobodys, s.As, strings.Join(logins, ", ")))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Answers)) {
		login, is := strings.CutPrefix(s.Answers[name].Text, "@")
		if is && !slices.Contains(logins, login) {
			return s.Fault("answers."+name, fmt.Sprintf(nobodys, login, strings.Join(logins, ", ")))
		}
	}
	return ""
}

// storyFault says which step or question a story names that there is not; or "".
func (r *Room) storyFault() string {
	steps, known := r.Latest().AllSteps, []string{}
	for _, s := range steps {
		known = append(known, string(s.ID))
	}
	for _, story := range r.Stories {
		for i, scene := range story.Steps {
			n := slices.IndexFunc(steps, func(s process.StepInfo) bool { return s.ID == scene.Step })
			switch {
			case n < 0:
				return scene.Fault("step", fmt.Sprintf("the step %q is not there: name one of %s", scene.Step,
					strings.Join(known, ", ")))
			case (i == 0) != (n == 0):
				return scene.Fault("step", fmt.Sprintf("the step %q is out of place: a story must begin with %s, and it alone",
					scene.Step, known[0]))
			}
			for _, name := range slices.Sorted(maps.Keys(scene.Answers)) {
				if _, ok := field.Find(steps[n].Fields, name); !ok {
					return scene.Fault("answers."+name, fmt.Sprintf("the step %s does not ask %q: name one of %s", scene.Step, name,
						questionsOf(steps[n])))
				}
			}
		}
	}
	return ""
}

// questionsOf are the names of a step's questions.
func questionsOf(s process.StepInfo) string {
	names := []string{}
	for _, f := range s.Fields {
		names = append(names, f.ID)
	}
	return strings.Join(names, ", ")
}

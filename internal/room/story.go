package room

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"heed/internal/clock/workday"
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

// MustStories reads the stories that a room ships. Tests hold that each can happen.
func MustStories(raw []byte) []Story {
	var out []Story
	if err := json.Unmarshal(raw, &out); err != nil {
		panic("shipped stories do not parse: " + err.Error())
	}
	return out
}

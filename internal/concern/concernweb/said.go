package concernweb

import (
	"encoding/json"
	"fmt"
	"strings"

	"heed/internal/concern"
	"heed/internal/process"
	"heed/internal/sharing"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// line is one thing that a step said: what it is and the words.
type line struct{ key, value string }

// said shows the body of a step: every field that was filled in, as text.
func said(info process.StepInfo, t concern.Taken) (web.Component, error) {
	lines, err := linesOf(info, t)
	if err != nil {
		return nil, fmt.Errorf("show %s: %w", t.Step, err)
	}
	var rows []nhs.SummaryRow
	for _, l := range lines {
		if strings.TrimSpace(l.value) == "" {
			continue
		}
		rows = append(rows, nhs.SummaryRow{Key: nhs.SummaryCell{Text: l.key}, Value: nhs.SummaryCell{Content: typed(l.value)}})
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // no component is a component
	}
	return nhs.SummaryList{Rows: rows, NoBorder: true}, nil
}

// linesOf reads a step by its type.
func linesOf(info process.StepInfo, t concern.Taken) ([]line, error) {
	switch t.Step {
	case process.Acknowledge:
		s, err := concern.Read[concern.Acknowledge](t)
		return []line{{"For the person who raised it", s.Words}}, err
	case process.Triage:
		s, err := concern.Read[concern.Triage](t)
		return []line{{"Reasons", s.Reasons}, {"Route", s.Route}}, err
	case process.AskAdvice:
		s, err := concern.Read[concern.AskAdvice](t)
		return []line{{"Asked", concern.Label(concern.Advisers, s.Of)}, {"Question", s.Question}}, err
	case process.RecordAdvice:
		s, err := concern.Read[concern.RecordAdvice](t)
		return []line{{"From", concern.Label(concern.Advisers, s.From)}, {"On", day(s.Day)}, {"Advice", s.Advice}}, err
	case process.DecideSharing:
		s, err := concern.Read[sharing.Decision](t)
		return decisionLines(s), err
	case process.EmergencyDisclosure:
		s, err := concern.Read[sharing.Emergency](t)
		return []line{{"With", s.With}, {"What", s.What}, {"Why it could not wait", s.Why}}, err
	case process.Refer:
		s, err := concern.Read[sharing.Referral](t)
		return []line{{"To", concern.Label(sharing.Recipients, s.To)}, {"Name", s.Name}, {"How", s.By}, {"Sent", day(s.Day)}, {"What", s.What}}, err
	case process.RecordTold:
		s, err := concern.Read[sharing.Told](t)
		return []line{{"Told by", concern.Label(sharing.Sources, s.From)}, {"Name", s.Who}, {"On", day(s.Day)}, {"Outcome", labelOrNone(sharing.Outcomes, s.Result)}, {"What they said", s.Words}}, err
	case process.GiveFeedback:
		s, err := concern.Read[concern.GiveFeedback](t)
		if s.Result == process.CannotBeTold {
			return []line{{"Reason, for the record", s.Words}, {"The person who raised it sees", s.Line}}, err
		}
		out := []line{{"Told the person who raised it", s.Words}}
		if s.Unread {
			out = append(out, line{"Not read here", "The person who raised it had left, and could not log in to read this"})
		}
		return out, err
	case process.Close:
		s, err := concern.Read[concern.Close](t)
		return []line{{"Reasons", s.Reasons}, {"Lessons", s.Lessons}}, err
	case process.AddNote:
		s, err := concern.Read[concern.AddNote](t)
		return []line{{"Note", s.Words}}, err
	case process.Correct:
		s, err := concern.Read[concern.Correct](t)
		return []line{{"What is right", s.Words}}, err
	case process.DeclareConflict:
		s, err := concern.Read[concern.DeclareConflict](t)
		return []line{{"Conflict of interest", s.Reasons}}, err
	case process.KeepFrom:
		s, err := concern.Read[concern.KeepFrom](t)
		return []line{{"Kept from", s.Login}, {"Why", s.Reasons}}, err
	case process.LiftBar:
		s, err := concern.Read[concern.LiftBar](t)
		return []line{{"Why", s.Reasons}}, err
	case process.ConfirmBar:
		s, err := concern.Read[concern.ConfirmBar](t)
		return []line{{"Why", s.Words}}, err
	case process.Assign:
		s, err := concern.Read[concern.Assign](t)
		return []line{{"Why", s.Reasons}}, err
	}
	return localLines(info, t)
}

func labelOrNone(list []concern.Choice, id string) string {
	if id == "" {
		return ""
	}
	return concern.Label(list, id)
}

func decisionLines(s sharing.Decision) []line {
	return []line{
		{"Purpose", labelOrNone(sharing.Purposes, s.Purpose)}, {"May go to", labels(sharing.Recipients, s.To)}, {"With", s.With}, {"What exactly", s.What}, {"Held back", s.HeldBack},
		{"Consent", labelOrNone(sharing.Consents, s.Consent)}, {"Not asked because", labelOrNone(sharing.NotAskedBecause, s.NotAsked)}, {"Capacity", s.Capacity},
		{"Lawful basis", labelOrNone(sharing.Article6, s.Article6)}, {"Condition for health information", labelOrNone(sharing.Article9, s.Article9)},
		{"Basis in the duty of confidence", labelOrNone(sharing.Confidentiality, s.CommonLaw)},
		{"Harm if it is not shared", s.Harm}, {"Harm or distress that sharing may cause", s.Distress},
		{"Why it is necessary and proportionate", s.Necessity}, {"Was the person told", labelOrNone(sharing.PersonTold, s.Told)},
		{"Advice taken from", s.AdviceFrom}, {"To be looked at again on", day(s.Review)},
	}
}

// localLines shows a step that the organisation added: its own questions and answers.
func localLines(info process.StepInfo, t concern.Taken) ([]line, error) {
	var s concern.Local
	if err := json.Unmarshal(t.Body, &s); err != nil {
		return nil, err
	}
	var out []line
	for _, q := range info.Questions {
		out = append(out, line{q.Text, s.Answers[q.ID]})
	}
	return out, nil
}

package process

import (
	"slices"

	"heed/internal/field"
)

// mustStay says of a step why it must never wait for anything of an organisation's own; "" of
// one that may. Beside these a definition says always of what else protects somebody.
func (s StepInfo) mustStay() string {
	switch {
	case s.letsLeave(Emergency):
		return "records what was shared in an emergency"
	case s.Told:
		return "records what others tell"
	case KeepsOut(s.ID):
		return "keeps somebody from the record"
	case TellsRecipients(s.ID):
		return "tells recipients what changed"
	case Disagrees(s.ID):
		return "says that somebody disagrees, or answers them"
	case HoldsOn(s.ID):
		return "has the destruction of what is kept wait"
	case s.Leaves:
		return "has whoever takes it leave the record"
	case s.decides(ToShare) && !s.decides(NotToShare):
		return "records that a law leaves no choice"
	case slices.ContainsFunc(s.Fields, func(f field.Field) bool { return f.Kind == field.Entry }):
		return "puts right what was written"
	}
	return ""
}

func (s StepInfo) decides(what Decides) bool {
	return slices.ContainsFunc(s.Outcomes, func(o Outcome) bool { return o.Decides == what })
}

func (s StepInfo) letsLeave(what Leaves) bool {
	return slices.ContainsFunc(s.Outcomes, func(o Outcome) bool { return o.Leaves == what })
}

// neverWaits says whether a step has an outcome before which nothing may be put: a decision not
// to share is one, since until it is recorded the one before it counts.
func (s StepInfo) neverWaits() bool { return s.Always || s.decides(NotToShare) }

// sameEverywhere says whether a step asks, decides or records what it must not mean otherwise
// in one organisation than in another: its words and its room for answers stay as shipped.
func (s StepInfo) sameEverywhere() bool {
	return s.Form != "" || s.Told || s.letsLeave(Deidentified) || s.letsLeave(Identifiable) || s.letsLeave(Emergency)
}

package field

import (
	"strings"

	"heed/internal/clock/workday"
)

// Schema is the JSON schema (OpenAPI 3.1) of a set of answers: closed, each field
// with its kind, limit, choices and the question as description.
func Schema(fields []Field) map[string]any {
	properties := map[string]any{}
	required := []string{}
	for _, f := range fields {
		properties[f.ID] = f.schema()
		if f.Needed && len(f.ShownWhen) == 0 {
			required = append(required, f.ID)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func (f Field) schema() map[string]any {
	out := map[string]any{"type": "string", "description": f.Ask}
	switch f.Kind {
	case Choice, YesNo:
		out["enum"], out["description"] = f.Offered(), f.Ask+f.days()
	case Choices:
		return map[string]any{"type": "array", "description": f.Ask + f.days(), "uniqueItems": true,
			"items": map[string]any{"type": "string", "enum": f.Offered()}}
	case Part:
		out := Schema(f.Fields)
		out["description"] = f.Ask
		return out
	case Group:
		return map[string]any{"type": "array", "description": f.Ask, "items": Schema(f.Fields)}
	case Day:
		out["format"] = "date"
	case Month:
		out["pattern"] = `^\d{4}-\d{2}$`
	case Time:
		out["pattern"] = `^\d{2}:\d{2}$`
	case Whole:
		out["type"], out["pattern"] = []string{"string", "integer"}, `^\d+$`
	case NHSNumber:
		out["description"] = f.Ask + " (ten digits, with or without spaces)"
	case Entry:
		out["type"], out["description"] = []string{"string", "integer"}, f.Ask+" (its version)"
	case Document:
		return map[string]any{"type": "object", "description": f.Ask +
			" (sent as a part of multipart/form-data with this name)"}
	case Person, Team, Partner:
		out["description"] = f.Ask + " (an id)"
	default:
		out["maxLength"] = f.Limit()
	}
	return out
}

// days says when the items of a set are taken that are not at all times: the document
// that this stands in is of no day.
func (f Field) days() string {
	var all []string
	for _, o := range f.Choices {
		words := o.ID
		if o.From != (workday.Day{}) {
			words += " from " + o.From.String()
		}
		if o.To != (workday.Day{}) {
			words += " until " + o.To.String()
		}
		if words != o.ID {
			all = append(all, words)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return " (taken on the day of the answer: " + strings.Join(all, "; ") + ")"
}

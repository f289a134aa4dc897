package process_test

import (
	"testing"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/process"
)

// TestKeptUntil: the first period that fits counts, from the end in London; of who was a child at
// the end it is at least the birthday that the period names.
func TestKeptUntil(t *testing.T) {
	at := func(s string) time.Time {
		out, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct {
		name, end, born, triage, want, why string
	}{
		{"an adult", "2026-03-02T10:00:00Z", "1984-05-03", process.OpenCase, "2034-03-02", "eight years"},
		{"nobody knows how old", "2026-03-02T10:00:00Z", "", process.OpenCase, "2034-03-02", "eight years"},
		{"a child", "2026-03-02T10:00:00Z", "2012-05-03", process.OpenCase, "2037-05-03", "eight years"},
		{"a child of nearly eighteen", "2026-03-02T10:00:00Z", "2008-03-03", process.OpenCase, "2034-03-02", "eight years"},
		{"eighteen on that day", "2026-03-02T10:00:00Z", "2008-03-02", process.OpenCase, "2034-03-02", "eight years"},
		{"a baby", "2026-03-02T10:00:00Z", "2025-01-01", process.OpenCase, "2050-01-01", "eight years"},
		{"no safeguarding matter", "2026-03-02T10:00:00Z", "1984-05-03", process.NotSafeguarding, "2027-03-02", "one year"},
		{"of a child, no safeguarding matter", "2026-03-02T10:00:00Z", "2012-05-03", process.NotSafeguarding, "2027-03-02",
			"one year"},
		{"ended in a leap year", "2028-02-29T10:00:00Z", "1984-05-03", process.NotSafeguarding, "2029-03-01", "one year"},
		{"ended late on a summer's day", "2026-07-31T23:30:00Z", "1984-05-03", process.OpenCase, "2034-08-01", "eight years"},
	} {
		born, _ := workday.Parse(c.born) //nolint:errcheck // empty: it is not known
		until, because := process.Patient().KeptUntil(func(s process.Step) (string, bool) {
			return map[process.Step]string{process.Triage: c.triage}[s], s == process.Triage
		}, at(c.end), born)
		if until.String() != c.want || because == "" || because[:len(c.why)] != c.why {
			t.Errorf("%s: %s, because %q; want %s, because %s", c.name, until, because, c.want, c.why)
		}
	}
}

package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"heed/internal/fail"
)

// TestEachOfJoinedErrorsIsSaid, once and with its own remedy. Seen to fail: only the first
// was said.
func TestEachOfJoinedErrorsIsSaid(t *testing.T) {
	one, two := fail.New(fail.Tampered, "The concerns are damaged"), fail.New(fail.Bad, "Enter a month")
	cause := fail.Wrap(fail.Busy, errors.Join(one, two), "Wait a minute")
	named := fmt.Errorf("%w: %w", two, errors.New("raw words of Go"))
	for name, c := range map[string]struct {
		err  error
		said []string
		code int
	}{
		"one":                    {two, []string{"Enter a month"}, 2},
		"joined":                 {errors.Join(nil, one, errors.Join(two, one), nil), []string{one.Words, two.Words}, 1},
		"a sentence with causes": {cause, []string{"Wait a minute"}, 1},
		"two in one sentence":    {named, []string{"Enter a month"}, 2},
		"one, and one of no words": {errors.Join(two, errors.New("raw words of Go")),
			[]string{"Enter a month", "no words for"}, 2},
	} {
		var out strings.Builder
		if code := report(&out, c.err); code != c.code {
			t.Errorf("%s: code %d, want %d", name, code, c.code)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != len(c.said) || strings.Contains(out.String(), "raw words") {
			t.Errorf("%s: it says %q, want %q", name, lines, c.said)
			continue
		}
		for i, words := range c.said {
			if !strings.HasPrefix(lines[i], "heed: ") || !strings.Contains(lines[i], words) {
				t.Errorf("%s: it says %q, want %q", name, lines[i], words)
			}
		}
	}
}

package htmlcheck_test

import (
	"testing"

	"heed/internal/web/nhs/htmlcheck"
)

func TestWellFormed(t *testing.T) {
	for _, good := range []string{"", "text", "<p>a<br>b</p>", `<svg><path d="x"/></svg>`, `<p id="a"></p><p id="b"></p>`,
		"<textarea><p></textarea>"} {
		if err := htmlcheck.WellFormed(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"<p>", "</p>", "<p><b></p></b>", "<ul><li>a</ul>", `<p class="a" class="b"></p>`,
		`<p id="a"></p><p id="a"></p>`} {
		if htmlcheck.WellFormed(bad) == nil {
			t.Errorf("%s passes", bad)
		}
	}
}

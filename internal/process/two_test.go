package process_test

import (
	"os"
	"strings"
	"testing"

	"heed/internal/process"
)

// Each row takes one thing out of what a definition says of the words of two people, or puts
// one in: it is refused, and the words name it.
func TestWhatIsBetweenTwoWordsIsSaid(t *testing.T) {
	raw, err := os.ReadFile("../policy/definitions/policy-1.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := process.Parse(raw); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ fault, old, new, says string }{
		{"a correction is said nothing of", `    "correct",` + "\n    \"withdraw\"\n   ],\n   \"beside\"",
			"    \"withdraw\"\n   ],\n   \"beside\"", "correct"},
		{"a correction goes beside", `   "beside": [` + "\n", `   "beside": [` + "\n    \"correct\",\n", "correct"},
		{"a note is said nothing of", "    \"assign\",\n    \"add_note\"\n   ],\n   \"days\"",
			"    \"assign\"\n   ],\n   \"days\"", "add_note"},
		{"what moves it goes beside", `    "withdraw"` + "\n   ],\n   \"beside\": [",
			"    \"assign\"\n   ],\n   \"beside\": [\n    \"withdraw\",", "withdraw"},
		{"what it is about does not void it", "   \"voids\": [\n    \"write_version\",", "   \"voids\": [", "about"},
		{"it is about nothing", `   "about": "write_version",`, ``, "about"},
		{"nothing says that it is written", `   "text": "written",`, ``, "a fact that holds while it is written"},
	} {
		text := strings.Replace(string(raw), c.old, c.new, 1)
		if text == string(raw) {
			t.Errorf("%s: the fault was not planted", c.fault)
			continue
		}
		if _, err := process.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.fault, err)
		}
	}
}

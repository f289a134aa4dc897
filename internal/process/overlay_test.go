package process_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heed/internal/fail"
	"heed/internal/process"
)

// Each file is an overlay, a line of dashes, and what must come of it: "ok" with
// the name of the process that results, "safeguard: path" for one that Check
// refuses, or words of the refusal of its form.
func TestOverlays(t *testing.T) {
	files, err := filepath.Glob("testdata/overlays/*.txt")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, ok := strings.Cut(string(raw), "\n----\n")
			if !ok {
				t.Fatal("no line of dashes")
			}
			d, err := process.Patient().Overlay([]byte(input), process.Safe)
			got := outcomes(d, err)
			if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, strings.TrimSpace(want)) }) {
				t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), want)
			}
			if err != nil && !fail.Is(err, fail.Bad) {
				t.Errorf("kind %v", fail.KindOf(err))
			}
		})
	}
}

// outcomes is what came of it: one line, or one for each broken safeguard.
func outcomes(d *process.Definition, err error) (lines []string) {
	var unsafe *process.Unsafe
	switch {
	case err == nil:
		return []string{"ok " + d.Name()}
	case errors.As(err, &unsafe):
		for _, r := range unsafe.Report.Results {
			if !r.Passed {
				lines = append(lines, r.ID+": "+strings.Join(r.Path, ", "))
			}
		}
		return lines
	}
	return []string{fail.Words(err)}
}

// An overlay leaves the shipped process as it is.
func TestOverlayDoesNotTouchTheShippedProcess(t *testing.T) {
	before, steps := process.Check(process.Patient()).String(), len(process.Patient().AllSteps)
	raw, err := os.ReadFile("testdata/overlays/good.txt")
	if err != nil {
		t.Fatal(err)
	}
	input, _, _ := strings.Cut(string(raw), "\n----\n")
	d, err := process.Patient().Overlay([]byte(input), process.Safe)
	if err != nil {
		t.Fatal(err)
	}
	if process.Check(process.Patient()).String() != before || len(process.Patient().AllSteps) != steps {
		t.Error("the shipped process has changed")
	}
	s := path(t, d, [2]string{"raise"}, [2]string{"acknowledge"}, [2]string{"triage", "open_case"},
		[2]string{"decide_sharing", "share"})
	if err := d.May(s, process.Refer, ""); fail.Words(err) != "Ask a second lead to look first" {
		t.Errorf("refer without the second look: %v", err)
	}
	s = d.After(s, "local_second_look", "")
	if err := d.May(s, process.Refer, ""); err != nil {
		t.Errorf("refer after the second look: %v", err)
	}
	if err := d.MayAs("caldicott_guardian", s, process.AddNote, ""); !fail.Is(err, fail.Refused) {
		t.Errorf("a Guardian adds a note although the overlay narrows it: %v", err)
	}
	if c, _ := d.Contact("safeguarding_team"); c.Number != "020 7946 0000" || c.Label != "Your safeguarding team" {
		t.Errorf("contact %+v", c)
	}
}

package cli

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/process"
	"heed/internal/room"
)

// TestAFaultyKindOfRecordIsSaidInOneLine: whoever writes one is told of a fault in a line with
// file, line and what to do by each command that makes something of all kinds, and not by a stack.
func TestAFaultyKindOfRecordIsSaidInOneLine(t *testing.T) {
	if plant := os.Getenv("HEED_TEST_PLANT"); plant != "" {
		app.TestOnlyRoom(notes(t, strings.Split(plant, "|")))
		os.Exit(Run(t.Context(), strings.Fields(os.Getenv("HEED_TEST_CALL")), os.Stdin, os.Stdout, os.Stderr))
	}
	const unowned = `"owner": "safeguarding_lead", "evidence"|"owner": "lead", "evidence"`
	for _, c := range []struct{ call, plant, said string }{
		{"docs events", `"version": 1|"version": 1,`, "note-1.json:"},
		{"docs who-may", "none|governance_leed", `room note: policies.cedar:3: rule "all": the role "governance_leed" does`},
		{"docs routes", `"to": "shut"|"to": "open"`, "note-1.json:10: states[1] (new) is a state from which there is no way"},
		{"openapi", unowned, "note-1.json:25: deadlines[1] (look) is owned by"},
		{"demo --data " + t.TempDir(), unowned, "note-1.json:25: deadlines[1] (look) is owned by"},
	} {
		cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "HEED_TEST_PLANT="+c.plant, "HEED_TEST_CALL="+c.call)
		out, _ := cmd.CombinedOutput() //nolint:errcheck // its status is looked at
		status := cmd.ProcessState.ExitCode()
		if strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), c.said) || status != 1 {
			t.Errorf("heed %s with %s says, status %d:\n%s", c.call, c.plant, status, out)
		}
	}
}

// notes is a kind of record with a fault planted.
func notes(t *testing.T, plant []string) *room.Room {
	t.Helper()
	text, err := os.ReadFile("../room/testdata/note-1.json")
	if err != nil {
		t.Fatal(err)
	}
	return &room.Room{Name: "note", Number: 900, Kind: "Note", One: "note", Many: "notes", Rows: 1,
		Compartment: "organisation",
		Definitions: []*process.Definition{process.Must([]byte(strings.Replace(string(text), plant[0], plant[1], 1)))},
		Policies: `
@id("all") @says("All.")
permit (principal, action == Action::"note.view", resource is Note) when { principal.role == "` + plant[1] + `" };`}
}

package process

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestAFaultOfAShippedDefinitionIsSaid: what is wrong with a file of the program's own is said
// in one line, which ends the program with status 1; a comma that was forgotten once kept it
// reading for ever.
func TestAFaultOfAShippedDefinitionIsSaid(t *testing.T) {
	if bad := os.Getenv("HEED_TEST_SHIPPED"); bad != "" {
		Must([]byte(bad))
		return
	}
	good := string(patient1)
	for said, bad := range map[string]string{
		"patient-1.json:4: The file is not whole JSON": strings.Replace(good, `"version": 1,`, `"version": 1`, 1),
		"The file is not whole JSON":                   good[:len(good)/2],
		"patient-1.json:38: steps must have one at least": good[:strings.Index(good, `"steps": [`)] + `"steps": [],` +
			good[strings.Index(good, `"deadlines"`):],
		"patient-1.json:8: roles[1] must have a name": strings.Replace(good, `"roles": [`,
			`"roles": [{"id": "Not A Name", "label": "", "one": ""}, `, 1),
	} {
		cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "HEED_TEST_SHIPPED="+bad)
		got, err := cmd.CombinedOutput()
		if strings.Count(string(got), "\n") != 1 || !strings.Contains(string(got), said) || cmd.ProcessState.ExitCode() != 1 {
			t.Errorf("it is said %q (%v), want one line with %q, and status 1", got, err, said)
		}
	}
}
